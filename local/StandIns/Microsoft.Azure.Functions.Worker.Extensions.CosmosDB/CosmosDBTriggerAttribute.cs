using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function with what changed in a container, at least once, in the order of change within a partition key.</summary>
/// <remarks>Intervals are milliseconds; 0 stands for the default.</remarks>
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class CosmosDBTriggerAttribute(string databaseName, string containerName) : TriggerBindingAttribute
{
    public string DatabaseName { get; } = databaseName;

    public string ContainerName { get; } = containerName;

    /// <summary>The setting that holds the connection string; <c>CosmosDB</c> when null.</summary>
    public string? Connection { get; set; }

    /// <summary>Where progress is kept; <c>leases</c> when null.</summary>
    public string? LeaseContainerName { get; set; }

    /// <summary>Keeps the leases of several functions on one container apart.</summary>
    public string? LeaseContainerPrefix { get; set; }

    /// <summary>How long to wait after an empty read; 5000 by default.</summary>
    public int FeedPollDelay { get; set; }

    /// <summary>How often to look for ranges that nobody holds; 13000 by default.</summary>
    public int LeaseAcquireInterval { get; set; }

    /// <summary>How long a range stays with a host that went silent; 60000 by default.</summary>
    public int LeaseExpirationInterval { get; set; }

    /// <summary>How often a host confirms a range it holds; 17000 by default.</summary>
    public int LeaseRenewInterval { get; set; }

    /// <summary>The most documents of one call; 100 by default.</summary>
    public int MaxItemsPerInvocation { get; set; }

    /// <summary>Whether the first start ever reads what was there before it.</summary>
    public bool StartFromBeginning { get; set; }
}
