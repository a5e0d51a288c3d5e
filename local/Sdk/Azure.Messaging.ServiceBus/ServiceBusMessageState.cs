namespace Azure.Messaging.ServiceBus;

/// <summary>What a message in a queue waits for: a receiver, to be asked for by its sequence number, or its time.</summary>
public enum ServiceBusMessageState
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}
