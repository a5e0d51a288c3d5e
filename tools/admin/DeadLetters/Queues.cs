using System.CommandLine;
using Chat.Functions.Delivery;
using Chat.Functions.Media;
using Chat.Functions.Moderation;
using Chat.Functions.Realtime;
using Chat.Functions.Scheduled;

namespace Chat.Admin.DeadLetters;

/// <summary>The queues that the app listens to.</summary>
internal static class Queues
{
    public static readonly string[] All =
    [
        EntriesCommitted.Queue,
        FanOutMessage.Queue,
        MediaMessage.Queue,
        ModerationMessage.Queue,
        PushGroupsDue.Queue,
        ScheduledDue.Queue,
    ];

    public static Argument<string> Argument()
    {
        var queue = new Argument<string>("queue") { Description = "The queue whose dead letters are meant." };
        queue.AcceptOnlyFromAmong(All);
        return queue;
    }
}
