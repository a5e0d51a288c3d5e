using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Channels;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary>
/// <c>GET /conversations</c>: the caller's conversations, newest activity first, in pages. Archived ones only when asked for.
/// </summary>
public sealed class ListConversations(
    ChatContainers containers,
    FollowedChannels channels,
    BlockReader blocks,
    TimeProvider time,
    Limits limits,
    CurrentUser user)
{
    /// <summary>How many conversations one call examines at most, shown or not: about 45 RU.</summary>
    private const int MaxExamined = 1_000;

    /// <summary>The filter that lists the channels that the caller follows, all at once.</summary>
    private const string Channels = "channels";

    [Function(nameof(ListConversations))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var limit = query.Limit(limits);
        var before = ActivityCursor.Read(query);
        var name = query.OneOf("filter", [.. ConversationFilter.ByName.Keys, Channels]);
        query.ThrowIfMalformed();
        if (name == Channels)
        {
            var followed = new ConversationPage(await channels.ListAsync(user.Id, cancellationToken), null);
            return new JsonResult<ConversationPage>(StatusCodes.Status200OK, followed, ChatJson.Default.ConversationPage);
        }

        var filter = name is null ? ConversationFilter.Default : ConversationFilter.ByName[name];
        var page = await ReadAsync(filter, before ?? ActivityCursor.FromTheTop, limit, cancellationToken);
        return new JsonResult<ConversationPage>(StatusCodes.Status200OK, page, ChatJson.Default.ConversationPage);
    }

    private async Task<ConversationPage> ReadAsync(ConversationFilter filter, string before, int limit, CancellationToken cancellationToken)
    {
        var entries = containers.Users.QueryPartitionAsync(
            new QueryDefinition($"SELECT * FROM c WHERE c.activity < @before{filter.Condition} ORDER BY c.activity DESC")
                .WithParameter("@before", before),
            new PartitionKey(user.Id.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            pageSize: limit + 1,
            cancellationToken: cancellationToken);
        var shown = new List<InboxEntry>(limit);
        InboxEntry? last = null;
        string? continuation = null;
        var (examined, now) = (0, time.GetUtcNow());
        await foreach (var entry in entries)
        {
            if (shown.Count == limit || examined++ == MaxExamined)
            {
                continuation = ActivityCursor.Of(last!.Activity!);
                break;
            }

            last = entry;
            if (filter.Shows(entry, now))
            {
                shown.Add(entry);
            }
        }

        var blocked = await blocks.BlockedAsync(user.Id, shown.SelectMany(entry => entry.Speakers), cancellationToken);
        return new([.. shown.Select(entry => ConversationSummaryView.Of(entry, now, blocked))], continuation);
    }
}

/// <summary>A page of the caller's conversations.</summary>
/// <param name="Conversations">At most as many as asked for; there may be fewer, even none, on a page that isn't the last.</param>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record ConversationPage(IReadOnlyList<ConversationSummaryView> Conversations, string? Continuation);

/// <summary>A conversation in the caller's list.</summary>
/// <param name="Peer">The other user of a direct conversation; null for groups.</param>
/// <param name="UnreadCount">
/// Messages after the caller's read watermark. Sending a message raises it to that message.
/// </param>
internal sealed record ConversationSummaryView(
    ConversationId ConversationId,
    ConversationKind Kind,
    string? Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserId? Peer,
    int MemberCount,
    long LastSeq,
    long UnreadCount,
    MessagePreview? LastMessage,
    DateTimeOffset ActivityAt,
    Preferences Preferences,
    bool MarkedUnread,
    long ClearedSeq)
{
    /// <summary>Whether an unread message mentions the caller, also in a muted conversation.</summary>
    public bool IsMentioned { get; init; }

    /// <summary>The address of the group's picture; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>Of a channel that the caller follows; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubscriptionView? Subscription { get; init; }

    /// <param name="entry">The user's inbox entry.</param>
    /// <param name="now">The instant for expiry.</param>
    /// <param name="blocked">Whom of its <see cref="InboxEntry.Speakers"/> the user blocks.</param>
    public static ConversationSummaryView Of(InboxEntry entry, DateTimeOffset now, IReadOnlySet<UserId> blocked) =>
        new(
            entry.ConversationId,
            entry.Kind,
            entry.Title,
            entry.Peer,
            entry.MemberCount,
            entry.LastSeq,
            entry.UnreadCount(now),
            entry.ShownMessage(now, blocked),
            entry.ActivityAt,
            Preferences.Of(entry),
            entry.MarkedUnread,
            entry.ClearedSeq)
        {
            IsMentioned = entry.IsMentioned(now, blocked),
            AvatarUrl = entry.AvatarUrl,
        };

    /// <param name="head">A channel.</param>
    /// <param name="subscription">The follower's subscription.</param>
    /// <param name="blocked">Whether the follower blocks who posted last.</param>
    public static ConversationSummaryView Of(Head head, Subscription subscription, IReadOnlySet<UserId> blocked) =>
        new(
            head.ConversationId,
            head.Kind,
            head.Title,
            null,
            head.MemberCount,
            head.LastSeq,
            subscription.Unread(head.MessageCount),
            head.LastMessage is { } last && blocked.Contains(last.SenderId) ? last.ToHidden() : head.LastMessage,
            head.LastMessage?.At ?? head.CreatedAt,
            new Preferences(subscription.MutedUntil, false, false, null),
            MarkedUnread: false,
            ClearedSeq: 0)
        {
            Subscription = SubscriptionView.Of(subscription),
        };
}
