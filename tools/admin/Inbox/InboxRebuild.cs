using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Inbox;

/// <summary>
/// Brings a user's inbox entries to what the conversations say, beside a backend that runs: what changes meanwhile is looked at anew.
/// </summary>
internal sealed class InboxRebuild(ChatContainers containers, TimeProvider time)
{
    private const int MaxTries = 8;

    private readonly EvidenceReader _evidence = new(containers);

    /// <summary>Rebuilds an entry, or only says how.</summary>
    /// <returns>Null when the conversation kept changing, or can't be read.</returns>
    public async Task<Rebuilt?> RebuildAsync(UserId user, ConversationId conversation, bool isDryRun, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            // The entry first: what the conversation says is then at least as new, and the ETag tells whether the entry went on meanwhile.
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                InboxEntry.DocumentId(conversation),
                partition,
                ChatJson.Default.InboxEntry,
                cancellationToken: cancellationToken);
            if (await _evidence.ReadAsync(conversation, user, cancellationToken) is { } evidence)
            {
                var after = evidence.Rebuild(before);
                if (after == before || isDryRun || await TryWriteAsync(WithNewVersion(after!, before), etag, partition, cancellationToken))
                {
                    return new(conversation, before, after);
                }
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return null;
    }

    /// <summary>
    /// The entry as it is written. An entry that was lost had a version that devices go by and nobody knows; the clock is beyond what
    /// counting reaches.
    /// </summary>
    private InboxEntry WithNewVersion(InboxEntry after, InboxEntry? before) =>
        after with { Version = Math.Max((before?.Version ?? 0) + 1, time.GetUtcNow().ToUnixTimeMilliseconds()), StoredAt = 0 };

    /// <summary>False when somebody else wrote the entry since it was read.</summary>
    private async Task<bool> TryWriteAsync(InboxEntry entry, string? etag, PartitionKey partition, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.InboxEntry), writable: false);
        using var response = etag is null
            ? await containers.Users.CreateItemStreamAsync(
                body,
                partition,
                new ItemRequestOptions { EnableContentResponseOnWrite = false },
                cancellationToken)
            : await containers.Users.ReplaceItemStreamAsync(
                body,
                entry.Id,
                partition,
                new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
                cancellationToken);
        return response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
            && response.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }
}

/// <summary>What became of an entry.</summary>
/// <param name="Before">As it was; null when there was none.</param>
/// <param name="After">As the conversation says, but for the version; null when there is to be none.</param>
internal sealed record Rebuilt(ConversationId Conversation, InboxEntry? Before, InboxEntry? After)
{
    public bool IsChanged => Before != After;

    /// <summary>What differs, by name; numbers also by value, and nothing of what people wrote.</summary>
    public IReadOnlyList<string> Changes
    {
        get
        {
            var (before, after) = (Members(Before), Members(After));
            return
            [
                .. after.Union(before)
                    .Select(member => member.Key)
                    .Distinct(StringComparer.Ordinal)
                    .Select(name => Change(name, before[name], after[name]))
                    .OfType<string>(),
            ];
        }
    }

    private static string? Change(string name, JsonNode? before, JsonNode? after) =>
        JsonNode.DeepEquals(before, after) ? null
        : after?.GetValueKind() != JsonValueKind.Number ? name
        : before?.GetValueKind() == JsonValueKind.Number ? $"{name} {before} -> {after}"
        : $"{name} {after}";

    private static JsonObject Members(InboxEntry? entry) =>
        entry is null ? [] : JsonSerializer.SerializeToNode(entry, ChatJson.Default.InboxEntry)!.AsObject();
}
