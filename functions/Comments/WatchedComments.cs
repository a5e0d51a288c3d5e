using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Comments;

/// <summary>
/// Notes of which posts of a channel a user watches the comments, so that it can end at once when they may not see the channel any more.
/// </summary>
/// <remarks>
/// One document for each user and channel. It is written before they are in a push group, and read after what ends it is stored: whichever
/// comes first, one of the two finds the other.
/// </remarks>
public sealed class WatchedComments(ChatContainers containers)
{
    /// <summary>Of how many posts of a channel. What was asked for longest ago ends with the next.</summary>
    private const int Most = 20;

    private readonly Container _users = containers.Users;

    /// <summary>Notes that a user is about to watch comments.</summary>
    /// <param name="user">Who watches.</param>
    /// <param name="channel">The post's channel.</param>
    /// <param name="comments">The comments.</param>
    /// <param name="endAsync">Ends the watching of comments that are too many, before they are noted no more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task NoteAsync(
        UserId user,
        ConversationId channel,
        ConversationId comments,
        Func<ConversationId, CancellationToken, Task> endAsync,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (known, etag) = await FindAsync(user, channel, cancellationToken);
            IReadOnlyList<ConversationId> all = [comments, .. (known?.Comments ?? []).Where(one => one != comments)];
            foreach (var other in all.Skip(Most))
            {
                await endAsync(other, cancellationToken);
            }

            var noted = new CommentsWatch(user, channel, [.. all.Take(Most)]);
            if (await _users.TryWriteDocumentAsync(
                noted,
                noted.Id,
                new PartitionKey(user.Value),
                etag,
                ChatJson.Default.CommentsWatch,
                cancellationToken))
            {
                return;
            }

            await RefreshAsync(user, channel, cancellationToken);
        }
    }

    /// <summary>The comments on a channel's posts that a user may be watching.</summary>
    public async Task<IReadOnlyList<ConversationId>> ReadAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        await RefreshAsync(user, channel, cancellationToken);
        return (await FindAsync(user, channel, cancellationToken)).Document?.Comments ?? [];
    }

    private Task RefreshAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        _users.RefreshSessionAsync(CommentsWatch.DocumentId(channel), new PartitionKey(user.Value), cancellationToken);

    private Task<StoredDocument<CommentsWatch>> FindAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        _users.ReadDocumentAsync(
            CommentsWatch.DocumentId(channel),
            new PartitionKey(user.Value),
            ChatJson.Default.CommentsWatch,
            cancellationToken: cancellationToken);
}

/// <summary>Of which posts of a channel a user watches the comments, the newest first; in the user's partition.</summary>
internal sealed record CommentsWatch(UserId UserId, ConversationId Channel, IReadOnlyList<ConversationId> Comments)
{
    [JsonPropertyOrder(-2)]
    public string Type => "commentsWatch";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(Channel);

    /// <summary>Longer than what it notes lasts.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive => 15 * 60;

    public static string DocumentId(ConversationId channel) => $"cw:{channel.Value}";
}
