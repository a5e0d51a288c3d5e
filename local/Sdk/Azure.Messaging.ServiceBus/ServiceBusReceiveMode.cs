namespace Azure.Messaging.ServiceBus;

/// <summary>Whether a received message is locked until it is settled, or gone at once.</summary>
public enum ServiceBusReceiveMode
{
    PeekLock = 0,
    ReceiveAndDelete = 1,
}
