namespace Azure.Messaging.ServiceBus;

/// <summary>The most that a batch may hold, when less than the service allows.</summary>
public class CreateMessageBatchOptions
{
    public long? MaxSizeInBytes { get; set; }
}
