namespace Chat.Functions.Threads;

/// <summary>The state of a thread, stored on its root message.</summary>
/// <param name="Count">How many replies were ever sent, including unsent ones.</param>
/// <param name="LastAt">When the newest reply was sent.</param>
/// <param name="LastSeq">The sequence number of the newest reply.</param>
public sealed record ThreadSummary(int Count, DateTimeOffset LastAt, long LastSeq);
