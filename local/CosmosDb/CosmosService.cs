using Chat.Local.Store;

namespace Chat.Local.CosmosDb;

/// <summary>The Cosmos DB account: what the unmodified SDK talks to, through <see cref="CreateHandler"/>.</summary>
internal sealed class CosmosService(LocalStore store, Meter meter, Faults faults, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The account's endpoint and the emulator's well-known key, as a connection string.</summary>
    public string ConnectionString => throw new NotSupportedException();

    /// <summary>Creates the database and containers of infra/cosmos.json that aren't there yet.</summary>
    public void CreateContainers(string cosmosJson) => throw new NotSupportedException();

    /// <summary>A message handler for one <c>CosmosClient</c> (Gateway mode). Disposing it breaks that client only.</summary>
    public HttpMessageHandler CreateHandler() => throw new NotSupportedException($"{(store, meter, faults, time).GetType()}");

    /// <summary>The partition key ranges of a container, as ids.</summary>
    public IReadOnlyList<string> RangesOf(string database, string container) => throw new NotSupportedException();

    /// <summary>The latest versions of the documents of a range that changed after <paramref name="afterLsn"/>, oldest change first; waits for nothing.</summary>
    public Task<FeedPage> ReadChangesAsync(string database, string container, string range, long afterLsn, int max) => throw new NotSupportedException();

    /// <summary>A document by key and id, or null: for the trigger's leases and the inspector.</summary>
    public Task<byte[]?> ReadDocumentAsync(string database, string container, string partitionKey, string id) => throw new NotSupportedException();

    /// <summary>Creates or replaces a document; durable on return.</summary>
    public Task UpsertDocumentAsync(string database, string container, string partitionKey, byte[] document) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}

/// <summary>A page of a range's change feed: documents as JSON, and the position to continue from.</summary>
internal sealed record FeedPage(IReadOnlyList<ReadOnlyMemory<byte>> Documents, long Lsn);
