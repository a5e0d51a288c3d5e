using System.CommandLine;
using System.CommandLine.Parsing;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Chat.Admin.DeadLetters;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Backends;

/// <summary>Which backend a command is about: one in Azure, reached with the operator's identity, or one on this machine.</summary>
internal sealed class Target
{
    private const string CosmosVariable = "Cosmos__accountEndpoint";
    private const string ServiceBusVariable = "ServiceBus__fullyQualifiedNamespace";

    /// <summary>The emulator's key, which is public: https://learn.microsoft.com/azure/cosmos-db/emulator#authentication.</summary>
    private const string EmulatorKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private static readonly Uri LocalApp = new("http://localhost:7071/");
    private static readonly Uri LocalCosmos = new("http://localhost:8081/");

    public Option<Uri?> Local { get; } = new("--local")
    {
        Description = $"The backend on this machine, at {LocalApp} unless said otherwise; its Cosmos DB at {LocalCosmos} unless --cosmos says otherwise.",
        HelpName = "URL",
        Recursive = true,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = argument => Address(argument, url => url is { Scheme: "http", IsLoopback: true }, "--local takes an http URL of this machine, such as http://localhost:7071."),
    };

    public Option<Uri?> Cosmos { get; } = new("--cosmos")
    {
        Description = $"The Cosmos DB account, such as https://name.documents.azure.com. Default: the variable {CosmosVariable}.",
        HelpName = "URL",
        Recursive = true,
        CustomParser = argument => Address(argument, url => url.Scheme == "https" || url is { Scheme: "http", IsLoopback: true }, "--cosmos takes an https URL, such as https://name.documents.azure.com."),
    };

    public Option<string?> ServiceBus { get; } = new("--service-bus")
    {
        Description = $"The Service Bus namespace, such as name.servicebus.windows.net. Default: the variable {ServiceBusVariable}.",
        HelpName = "HOST",
        Recursive = true,
        Validators =
        {
            given =>
            {
                if (given.Tokens is [var host] && Uri.CheckHostName(host.Value) != UriHostNameType.Dns)
                {
                    given.AddError("--service-bus takes a host name, such as name.servicebus.windows.net.");
                }
            },
        },
    };

    /// <exception cref="BadArgumentsException">Nothing says which account.</exception>
    public CosmosClient ConnectCosmos(ParseResult parsed)
    {
        var options = new CosmosClientOptions
        {
            ApplicationName = "chat-admin",
            // Only port 443 is open everywhere where operators are.
            ConnectionMode = ConnectionMode.Gateway,
            UseSystemTextJsonSerializerWithOptions = ChatJson.Default.Options,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true },
        };
        var given = parsed.GetValue(Cosmos);
        if (given is not null && given.IsLoopback != IsLocal(parsed))
        {
            throw new BadArgumentsException("--cosmos takes a URL of this machine with --local, and one in Azure without.");
        }

        return IsLocal(parsed)
            ? new CosmosClient((given ?? LocalCosmos).ToString(), EmulatorKey, options)
            : new CosmosClient((given ?? AccountOfVariable()).ToString(), new DefaultAzureCredential(), options);
    }

    /// <exception cref="BadArgumentsException">Nothing says which namespace.</exception>
    public IDeadLetters ConnectQueues(ParseResult parsed)
    {
        if (IsLocal(parsed))
        {
            return new LocalDeadLetters(parsed.GetValue(Local) ?? LocalApp);
        }

        var host = parsed.GetValue(ServiceBus) ?? Environment.GetEnvironmentVariable(ServiceBusVariable);
        if (Uri.CheckHostName(host) != UriHostNameType.Dns)
        {
            throw new BadArgumentsException($"Which backend? Give --local, or --service-bus HOST, or set {ServiceBusVariable} to a host name.");
        }

        return new ServiceBusDeadLetters(new ServiceBusClient(host!, new DefaultAzureCredential()), patience: TimeSpan.FromSeconds(5));
    }

    private static Uri AccountOfVariable() =>
        Uri.TryCreate(Environment.GetEnvironmentVariable(CosmosVariable), UriKind.Absolute, out var account) && account.Scheme == "https"
            ? account
            : throw new BadArgumentsException($"Which backend? Give --local, or --cosmos URL, or set {CosmosVariable} to an https URL.");

    private static Uri? Address(ArgumentResult argument, Func<Uri, bool> isRight, string otherwise)
    {
        if (argument.Tokens is not [var given])
        {
            return null;
        }

        if (Uri.TryCreate(given.Value, UriKind.Absolute, out var url) && isRight(url))
        {
            return url;
        }

        argument.AddError(otherwise);
        return null;
    }

    private bool IsLocal(ParseResult parsed) => parsed.GetResult(Local) is { Implicit: false };
}
