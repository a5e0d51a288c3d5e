using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function with what changed in a container, at least once, in the order of change within a partition key.</summary>
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class CosmosDBTriggerAttribute(string databaseName, string containerName) : TriggerBindingAttribute
{
    public string DatabaseName { get; } = databaseName;

    public string ContainerName { get; } = containerName;

    /// <summary>The setting that holds the connection string; <c>CosmosDB</c> when null.</summary>
    public string? Connection { get; set; }

    /// <summary>Where progress is kept; <c>leases</c> when null.</summary>
    public string? LeaseContainerName { get; set; }

    /// <summary>What ids of leases begin with: functions that share it see a part of the changes each. Empty when null.</summary>
    public string? LeaseContainerPrefix { get; set; }

    /// <summary>How long to wait for changes after there were none, in milliseconds; 5,000 by default.</summary>
    public int FeedPollDelay { get; set; }

    /// <summary>The most documents of one call; 100 by default.</summary>
    public int MaxItemsPerInvocation { get; set; }

    /// <summary>Whether the first start ever reads what was there before it.</summary>
    public bool StartFromBeginning { get; set; }
}
