namespace Chat.Local.Functions.ChangeFeed;

/// <summary>
/// Where a function is in a range of the change feed, and which host works on it until when. Nobody does when it has no owner.
/// </summary>
internal sealed record Lease(string Id, long Lsn, string? Owner, DateTimeOffset ExpiresAt);
