using System.Diagnostics.Metrics;
using Chat.Functions.Log;
using Chat.Functions.Messages;

namespace Chat.Functions.Telemetry;

/// <summary>The instruments of the app's one meter; docs/operations.md lists them. Without a listener they cost nothing.</summary>
internal static class Metrics
{
    public const string MeterName = "Chat.Functions";

    /// <summary>Attribute names.</summary>
    public const string
        Outcome = "chat.commit.outcome",
        DeliveredBy = "chat.delivery.by",
        Queue = "messaging.destination.name",
        Error = "error.type",
        Limit = "chat.limit";

    private static readonly Meter Meter = new(MeterName);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private static readonly InstrumentAdvice<double> RequestUnits = new()
    {
        HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    };

    private static readonly InstrumentAdvice<long> Operations = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100] };

    public static Counter<long> MessagesSent { get; } = Meter.CreateCounter<long>(
        "chat.messages.sent",
        "{message}",
        "Messages that were committed.");

    public static Histogram<double> CommitDuration { get; } =
        Meter.CreateHistogram("chat.commit.duration", "s", "How long commits took, by what became of them.", advice: Seconds);

    public static Histogram<long> CommitCommands { get; } =
        Meter.CreateHistogram("chat.commit.commands", "{command}", "How many commands shared a commit.", advice: Operations);

    public static Counter<long> CommitConflicts { get; } =
        Meter.CreateCounter<long>("chat.commit.conflicts", "{conflict}", "Commits that somebody else's came before.");

    public static Counter<long> EntriesDelivered { get; } =
        Meter.CreateCounter<long>("chat.delivery.entries", "{entry}", "Log entries that were delivered.");

    public static Histogram<double> DeliveryLag { get; } =
        Meter.CreateHistogram("chat.delivery.lag", "s", "From a range's commit to its delivery.", advice: Seconds);

    public static Counter<long> EventsPushed { get; } =
        Meter.CreateCounter<long>("chat.push.events", "{event}", "Events that SignalR took, for each user or group.");

    public static Counter<long> PushFailures { get; } =
        Meter.CreateCounter<long>("chat.push.failures", "{push}", "Pushes that failed or took too long.");

    public static Counter<long> PushesDropped { get; } =
        Meter.CreateCounter<long>("chat.push.dropped", "{range}", "Committed ranges that weren't pushed in five tries.");

    public static Counter<long> DeadLetters { get; } =
        Meter.CreateCounter<long>("chat.queue.dead_letters", "{message}", "Queue messages that the app dead-lettered.");

    public static Counter<long> InboxWrites { get; } =
        Meter.CreateCounter<long>("chat.inbox.writes", "{write}", "Inbox entries that were created or changed.");

    public static Counter<long> ConnectionsNegotiated { get; } =
        Meter.CreateCounter<long>("chat.connections.negotiated", "{connection}", "Clients that were told where to connect.");

    public static Counter<long> RequestsLimited { get; } =
        Meter.CreateCounter<long>("chat.requests.limited", "{request}", "Calls that their callers make too often.");

    public static Histogram<double> RequestCharge { get; } =
        Meter.CreateHistogram("chat.cosmos.request_charge", "{request_unit}", "What calls to Cosmos DB cost.", advice: RequestUnits);

    public static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    public static KeyValuePair<string, object?> TagOf(Exception exception) => new(Error, exception.GetType().FullName);

    /// <summary>Records a commit and its messages.</summary>
    public static void Count(CommitPlan plan, CommitStatus status, TimeSpan took)
    {
        CommitDuration.Record(took.TotalSeconds, Tag(Outcome, Name(status)));
        if (status == CommitStatus.Conflict)
        {
            CommitConflicts.Add(1);
        }
        else if (status == CommitStatus.Committed)
        {
            CommitCommands.Record(plan.Accepted.Count);
            if (MessagesSent.Enabled && plan.Entries.Count(entry => entry is Message) is > 0 and var messages)
            {
                MessagesSent.Add(messages);
            }
        }
    }

    /// <summary>The value of <see cref="Outcome"/> for a status.</summary>
    public static string Name(CommitStatus status) => status switch
    {
        CommitStatus.Committed => "committed",
        CommitStatus.Conflict => "conflict",
        CommitStatus.FoundRepeat => "repeat",
        _ => "unknown",
    };
}
