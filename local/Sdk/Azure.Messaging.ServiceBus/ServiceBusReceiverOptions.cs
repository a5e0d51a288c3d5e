#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>Which part of a queue a receiver reads, and how.</summary>
public class ServiceBusReceiverOptions
{
    public string Identifier { get; set; }

    /// <summary>Messages to fetch, and lock, ahead of being asked for; 0 for none.</summary>
    public int PrefetchCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    public ServiceBusReceiveMode ReceiveMode { get; set; } = ServiceBusReceiveMode.PeekLock;

    public SubQueue SubQueue { get; set; }
}
