using System.Text.Json;

namespace Chat.Local.Functions;

/// <summary>What starts a function, and the parameter that gets what it brings.</summary>
internal abstract record TriggerBinding(string Parameter)
{
    private static readonly JsonSerializerOptions Metadata = new(JsonSerializerDefaults.Web);

    /// <summary>What <see cref="Faults"/> call an invocation by it.</summary>
    public abstract string Operation { get; }

    /// <summary>Reads a binding as metadata has it; null for a trigger that this host hasn't.</summary>
    public static TriggerBinding? TryRead(JsonElement binding)
    {
        var name = binding.GetProperty("name").GetString()!;
        return binding.GetProperty("type").GetString()!.ToUpperInvariant() switch
        {
            "HTTPTRIGGER" => binding.Deserialize<HttpTriggerBinding>(Metadata)! with { Parameter = name },
            "SERVICEBUSTRIGGER" => binding.Deserialize<ServiceBusTriggerBinding>(Metadata)! with { Parameter = name },
            "COSMOSDBTRIGGER" => binding.Deserialize<CosmosTriggerBinding>(Metadata)! with { Parameter = name },
            "TIMERTRIGGER" => binding.Deserialize<TimerTriggerBinding>(Metadata)! with { Parameter = name },
            _ => null,
        };
    }

    /// <summary>What only the worker's own extensions can make of what they are given.</summary>
    internal sealed record BindingProperties(string? SupportsDeferredBinding = null);
}

/// <summary>Requests by one of the methods (any when there is none) to the route (the function's name when there is none).</summary>
internal sealed record HttpTriggerBinding(
    string Parameter = "",
    string? Route = null,
    IReadOnlyList<string>? Methods = null) : TriggerBinding(Parameter)
{
    public override string Operation => "http";
}

/// <summary>The messages of a queue.</summary>
internal sealed record ServiceBusTriggerBinding(
    string QueueName,
    string Parameter = "",
    string Connection = "ServiceBus",
    bool IsSessionsEnabled = false,
    bool? AutoCompleteMessages = null,
    string Cardinality = "One",
    string DataType = "String",
    TriggerBinding.BindingProperties? Properties = null) : TriggerBinding(Parameter)
{
    public override string Operation => "queue";

    /// <summary>Whether the function takes the message itself and not its body.</summary>
    public bool TakesMessage => bool.TryParse(Properties?.SupportsDeferredBinding, out var supports) && supports;
}

/// <summary>What changes in a container. Intervals are milliseconds; 0 stands for the default.</summary>
internal sealed record CosmosTriggerBinding(
    string DatabaseName,
    string ContainerName,
    string Parameter = "",
    string Connection = "CosmosDB",
    string LeaseContainerName = "leases",
    string LeaseContainerPrefix = "",
    string DataType = "Undefined",
    int FeedPollDelay = 0,
    int LeaseAcquireInterval = 0,
    int LeaseExpirationInterval = 0,
    int LeaseRenewInterval = 0,
    int MaxItemsPerInvocation = 0,
    bool StartFromBeginning = false) : TriggerBinding(Parameter)
{
    public override string Operation => "feed";

    /// <summary>Whether the function takes the page as text, and not a list of documents.</summary>
    public bool TakesText => string.Equals(DataType, "String", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A schedule: six fields of NCRONTAB, from seconds to days of the week, in UTC.</summary>
internal sealed record TimerTriggerBinding(string Schedule, string Parameter = "", bool RunOnStartup = false) : TriggerBinding(Parameter)
{
    public override string Operation => "timer";
}
