using Chat.Local.CosmosDb;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>The container that a function follows, read in pages.</summary>
internal sealed record ChangeFeedSource(CosmosService Cosmos, string Database, string Container, int PageSize)
{
    public Task<FeedPage> ReadAsync(string range, long afterLsn) => Cosmos.ReadChangesAsync(Database, Container, range, afterLsn, PageSize);
}

/// <summary>How often a host looks for changes, for leases that nobody has, and after its own.</summary>
internal sealed record ChangeFeedIntervals(TimeSpan Poll, TimeSpan Acquire, TimeSpan Renew);
