using Chat.Local.CosmosDb;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>The container that a function follows, read in pages. An empty page costs a request unit, too.</summary>
internal sealed record ChangeFeedSource(LocalAzure Azure, string Database, string Container, int PageSize)
{
    public async Task<FeedPage> ReadAsync(string range, long afterLsn)
    {
        var page = await Azure.Cosmos.ReadChangesAsync(Database, Container, range, afterLsn, PageSize);
        Azure.Meter.Add("cosmos", "changefeed", RequestCharge.ChangeFeed(page.Documents.Sum(static document => (long)document.Length)));
        return page;
    }
}

/// <summary>How often a host looks for changes, for leases that nobody has, and after its own.</summary>
internal sealed record ChangeFeedIntervals(TimeSpan Poll, TimeSpan Acquire, TimeSpan Renew);
