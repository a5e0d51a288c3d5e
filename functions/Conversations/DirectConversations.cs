using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Conversations;

/// <summary>Which direct conversation two users have: one document per pair, in the partition of the user whose id comes first.</summary>
/// <remarks>Written before the conversation: whoever creates it, also after a crash in between, finds the same id.</remarks>
public sealed class DirectConversations(ChatContainers containers)
{
    /// <summary>Those of some users with whom a user has a direct conversation, and which.</summary>
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

    /// <summary>The id of two users' direct conversation, whether or not that is created yet.</summary>
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

/// <summary>The direct conversation of two users.</summary>
public sealed record Pair
{
    [JsonPropertyOrder(-2)]
    public string Type => "pair";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(OtherUserId);

    /// <summary>The one whose id comes first by ordinal.</summary>
    public required UserId UserId { get; init; }

    public required UserId OtherUserId { get; init; }

    public required ConversationId ConversationId { get; init; }

    public static string DocumentId(UserId other) => $"pair:{other.Value}";
}
