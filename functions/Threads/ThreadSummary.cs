using Chat.Functions.Messages;

namespace Chat.Functions.Threads;

/// <summary>What came of a message that others answered in a thread, on the message itself.</summary>
/// <param name="Count">How many replies were ever sent; taking one back lowers nothing.</param>
/// <param name="LastAt">When the newest was sent.</param>
/// <param name="LastSeq">The newest one's place in the log.</param>
public sealed record ThreadSummary(int Count, DateTimeOffset LastAt, long LastSeq);

internal static class ThreadRoot
{
    /// <summary>The root as a new reply of its thread leaves it.</summary>
    public static Message With(this Message root, Message reply) => root with
    {
        Thread = new(reply.ThreadOrdinal!.Value, reply.At, reply.Seq),
        UpdatedSeq = reply.Seq,
        TimeToLive = root.TimeToLiveAt(reply.At),
    };
}
