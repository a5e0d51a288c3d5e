using System.CommandLine;
using Azure.Messaging.ServiceBus;
using Chat.Admin.DeadLetters;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Backends;

/// <summary>
/// Which backend a command is about: one in Azure, reached with the operator's identity, or one by connection strings, as on this machine.
/// </summary>
internal sealed class Target
{
    private readonly Option<bool> _local = new("--local")
    {
        Description = "The backend on this machine, on the ports that it takes unless told otherwise.",
        Recursive = true,
    };

    private readonly Option<Account?> _cosmos = new("--cosmos")
    {
        Description = $"The Cosmos DB account: a URL such as https://name.documents.azure.com, or a connection string. "
            + $"Default: the variables {Account.UrlVariable} and {Account.ConnectionStringVariable}.",
        HelpName = "ACCOUNT",
        Recursive = true,
        CustomParser = argument =>
            Parsed.Of(
                argument,
                Account.Parse,
                "--cosmos takes an https URL, such as https://name.documents.azure.com, or a connection string."),
    };

    private readonly Option<Namespace?> _serviceBus = new("--service-bus")
    {
        Description = $"The Service Bus namespace: a host such as name.servicebus.windows.net, or a connection string. "
            + $"Default: the variables {Namespace.HostVariable} and {Namespace.ConnectionStringVariable}.",
        HelpName = "NAMESPACE",
        Recursive = true,
        CustomParser = argument =>
            Parsed.Of(
                argument,
                Namespace.Parse,
                "--service-bus takes a host name, such as name.servicebus.windows.net, or a connection string."),
    };

    public void AddTo(RootCommand root)
    {
        root.Add(_local);
        root.Add(_cosmos);
        root.Add(_serviceBus);
    }

    /// <exception cref="BadArgumentsException">Nothing says which account, or two things do.</exception>
    public CosmosClient ConnectCosmos(ParseResult parsed)
    {
        var account = Choose(parsed, _cosmos, Account.Local, Account.OfVariables)
            ?? throw new BadArgumentsException(
                $"Which backend? Give --local, or --cosmos ACCOUNT, or set {Account.UrlVariable} to an https URL.");
        return account.Connect(new CosmosClientOptions
        {
            ApplicationName = "chat-admin",
            // Only port 443 is open everywhere where operators are.
            ConnectionMode = ConnectionMode.Gateway,
            UseSystemTextJsonSerializerWithOptions = ChatJson.Default.Options,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true },
        });
    }

    /// <exception cref="BadArgumentsException">Nothing says which namespace, or two things do.</exception>
    public DeadLetterQueues ConnectQueues(ParseResult parsed) => new(ConnectServiceBus(parsed), patience: TimeSpan.FromSeconds(5));

    /// <exception cref="BadArgumentsException">Nothing says which namespace, or two things do.</exception>
    public ServiceBusClient ConnectServiceBus(ParseResult parsed)
    {
        var names = Choose(parsed, _serviceBus, Namespace.Local, Namespace.OfVariables)
            ?? throw new BadArgumentsException(
                $"Which backend? Give --local, or --service-bus NAMESPACE, or set {Namespace.HostVariable} to a host name.");
        return names.Connect();
    }

    /// <summary>What the command line says wins over what the environment says.</summary>
    private T? Choose<T>(ParseResult parsed, Option<T?> option, T local, Func<T?> ofVariables)
        where T : class
    {
        var given = parsed.GetValue(option);
        return (given, parsed.GetValue(_local)) switch
        {
            (not null, true) => throw new BadArgumentsException($"Give --local, or {option.Name}, not both."),
            (_, true) => local,
            _ => given ?? ofVariables(),
        };
    }
}
