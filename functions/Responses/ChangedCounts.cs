using System.Globalization;
using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Functions.Responses;

/// <summary>What a page of the change feed of <c>conversations</c> says of a post's counts: shards as they are, or were.</summary>
/// <param name="Shards">Those that changed; null where this version can't read one.</param>
internal sealed record ChangedCounts(
    ConversationId Channel,
    long Ordinal,
    IReadOnlyList<(ResponseShard Shard, PostCounts? Counts)> Shards)
{
    /// <summary>Reads a page and groups it by post. Most pages have none.</summary>
    public static IReadOnlyList<ChangedCounts> Read(string page)
    {
        if (!page.Contains($"\"{CountedShard.DocumentType}\"", StringComparison.Ordinal))
        {
            return [];
        }

        using var documents = JsonDocument.Parse(page);
        List<(ResponseShard Shard, long Ordinal, PostCounts? Counts)> found = [];
        foreach (var document in documents.RootElement.EnumerateArray())
        {
            if (Text(document, "type") == CountedShard.DocumentType
                && ResponseShard.TryParse(Text(document, "conversationId") ?? "", out var shard)
                && Text(document, "id")?.Split(':') is [_, var number]
                && long.TryParse(number, CultureInfo.InvariantCulture, out var ordinal))
            {
                found.Add((shard, ordinal, CountsOf(document)));
            }
        }

        return
        [
            .. found.GroupBy(one => (one.Shard.Channel, one.Ordinal)).Select(post => new ChangedCounts(
                post.Key.Channel,
                post.Key.Ordinal,
                [.. post.Select(one => (one.Shard, one.Counts))])),
        ];
    }

    private static PostCounts? CountsOf(JsonElement document)
    {
        try
        {
            return document.Deserialize(ChatJson.Default.CountedShard)?.Counts;
        }
        catch (JsonException)
        {
            // One that can't be read mustn't hold up the feed for all others.
            return null;
        }
    }

    private static string? Text(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
