using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Cards;

/// <summary>Which of its things the host app took down, for good.</summary>
/// <remarks>In container <c>media</c>, one document a thing, in a partition of its own.</remarks>
public sealed class RevokedContent(ChatContainers containers, TimeProvider time)
{
    /// <summary>Notes that a thing was taken down. Idempotent.</summary>
    public async Task AddAsync(string key, CancellationToken cancellationToken)
    {
        var document = new RevokedCard(key, time.GetUtcNow());
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, ChatJson.Default.RevokedCard), writable: false);
        using var created = await containers.Media.CreateItemStreamAsync(
            body,
            new PartitionKey(key),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        if (created.StatusCode != HttpStatusCode.Conflict)
        {
            created.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Which of some things were taken down, as far as the nearest replica knows. 1 RU each.</summary>
    public async Task<IReadOnlySet<string>> AmongAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var found = await containers.Media.ReadDocumentsAsync(
            keys.Distinct(StringComparer.Ordinal).Select(key => (RevokedCard.DocumentId, new PartitionKey(key))),
            ChatJson.Default.DocumentsPageRevokedCard,
            cancellationToken: cancellationToken);
        return found.Select(one => one.MediaId).ToHashSet(StringComparer.Ordinal);
    }
}

/// <summary>A thing that the host app took down.</summary>
/// <param name="MediaId">The key of its cards, which is the partition.</param>
internal sealed record RevokedCard(string MediaId, DateTimeOffset At)
{
    /// <summary>The document's id in every partition.</summary>
    public const string DocumentId = "revoked";

    [JsonPropertyOrder(-2)]
    public string Type => "revoked";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;
}
