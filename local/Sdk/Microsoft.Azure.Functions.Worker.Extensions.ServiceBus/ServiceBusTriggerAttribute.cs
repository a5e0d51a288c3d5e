using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for each message of a queue, under a lock that the host renews and settles.</summary>
public sealed class ServiceBusTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    public string? QueueName { get; } = queueName;

    /// <summary>The setting that holds the connection string; <c>AzureWebJobsServiceBus</c> when null.</summary>
    public string? Connection { get; set; }

    public bool IsSessionsEnabled { get; set; }

    /// <summary>Whether the host completes a message whose function returned and didn't settle it.</summary>
    public bool AutoCompleteMessages { get; set; } = true;
}
