namespace Azure.Messaging.ServiceBus;

/// <summary>Whether the pause before each retry is the same or doubles.</summary>
public enum ServiceBusRetryMode
{
    Fixed = 0,
    Exponential = 1,
}
