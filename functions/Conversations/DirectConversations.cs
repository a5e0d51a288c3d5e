using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Conversations;

/// <summary>
/// Finds the direct conversation of two users. One document per pair holds its id, in the partition of the user whose id comes
/// first.
/// </summary>
/// <remarks>
/// The pair is written before the conversation. If the process dies in between, the next request of either user finds the same id
/// and creates the conversation under it.
/// </remarks>
public sealed class DirectConversations(ChatContainers containers)
{
    /// <summary>Which of some users have a direct conversation with a user, and its id.</summary>
    public async Task<IReadOnlyList<(UserId Other, ConversationId Conversation)>> AmongAsync(
        UserId user,
        IReadOnlyList<UserId> others,
        CancellationToken cancellationToken)
    {
        var pairs = await containers.Users.ReadDocumentsAsync(
            others.Where(other => other != user).Select(other => user < other ? (user, other) : (other, user))
                .Select(pair => (Pair.DocumentId(pair.Item2), new PartitionKey(pair.Item1.Value))),
            ChatJson.Default.DocumentsPagePair,
            cancellationToken: cancellationToken);
        return [.. pairs.Select(pair => (pair.UserId == user ? pair.OtherUserId : pair.UserId, pair.ConversationId))];
    }

    /// <summary>The id of two users' direct conversation. The conversation itself may not exist yet.</summary>
    public async Task<ConversationId> ConversationOfAsync(UserId one, UserId other, CancellationToken cancellationToken)
    {
        var (first, second) = one < other ? (one, other) : (other, one);
        var partition = new PartitionKey(first.Value);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, _) = await containers.Users.ReadDocumentAsync(
                Pair.DocumentId(second),
                partition,
                ChatJson.Default.Pair,
                null,
                cancellationToken);
            if (found is not null)
            {
                return found.ConversationId;
            }

            var pair = new Pair { UserId = first, OtherUserId = second, ConversationId = ConversationId.New() };
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(pair, ChatJson.Default.Pair), writable: false);
            using var response = await containers.Users.CreateItemStreamAsync(body, partition, null, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Conflict)
            {
                response.EnsureSuccessStatusCode();
                return pair.ConversationId;
            }
        }
    }
}

/// <summary>The direct conversation of two users, as stored.</summary>
public sealed record Pair
{
    [JsonPropertyOrder(-2)]
    public string Type => "pair";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(OtherUserId);

    /// <summary>The user whose id comes first in ordinal order.</summary>
    public required UserId UserId { get; init; }

    public required UserId OtherUserId { get; init; }

    public required ConversationId ConversationId { get; init; }

    public static string DocumentId(UserId other) => $"pair:{other.Value}";
}
