using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus;

/// <summary>A message on its way to a queue: its content, and the times that the queue has a say in.</summary>
internal sealed record Submission(StoredContent Content, TimeSpan TimeToLive, DateTimeOffset ScheduledFor)
{
    public static Submission Of(ServiceBusMessage message)
    {
        TraceProperties.Set(message.ApplicationProperties);
        return new(StoredContent.Of(message), message.TimeToLive, message.ScheduledEnqueueTime);
    }
}
