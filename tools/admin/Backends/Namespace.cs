using Azure.Identity;
using Azure.Messaging.ServiceBus;

namespace Chat.Admin.Backends;

/// <summary>A Service Bus namespace: in Azure by its host and the operator's identity, or by a connection string.</summary>
internal sealed class Namespace
{
    public const string HostVariable = "ServiceBus__fullyQualifiedNamespace";
    public const string ConnectionStringVariable = "ServiceBus";

    private readonly string? _host;
    private readonly string? _connectionString;

    private Namespace(string? host, string? connectionString) => (_host, _connectionString) = (host, connectionString);

    /// <summary>
    /// The local Azure's, and the emulator's: its key is public,
    /// https://learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator.
    /// </summary>
    public static Namespace Local { get; } = new(
        null,
        "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;"
            + "UseDevelopmentEmulator=true;");

    /// <summary>What the app's own settings name; a connection string wins, as it does for the app.</summary>
    public static Namespace? OfVariables() =>
        Parse(Environment.GetEnvironmentVariable(ConnectionStringVariable)) ?? Parse(Environment.GetEnvironmentVariable(HostVariable));

    /// <summary>Null for what is neither a host name nor a connection string with a key.</summary>
    public static Namespace? Parse(string? text)
    {
        if (Uri.CheckHostName(text) == UriHostNameType.Dns)
        {
            return new(text, null);
        }

        try
        {
            return ServiceBusConnectionStringProperties.Parse(text) is { SharedAccessKey: not null, Endpoint: not null }
                ? new(null, text)
                : null;
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            return null;
        }
    }

    public ServiceBusClient Connect() =>
        _host is not null ? new ServiceBusClient(_host, new DefaultAzureCredential()) : new ServiceBusClient(_connectionString);
}
