namespace Chat.Functions.Threads;

/// <summary>What came of a message that others answered in a thread, on the message itself.</summary>
/// <param name="Count">How many replies were ever sent; taking one back lowers nothing.</param>
/// <param name="LastAt">When the newest was sent.</param>
/// <param name="LastSeq">The newest one's place in the log.</param>
public sealed record ThreadSummary(int Count, DateTimeOffset LastAt, long LastSeq);
