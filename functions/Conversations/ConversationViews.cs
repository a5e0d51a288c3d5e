using Chat.Functions.Channels;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Builds the view that one member, or follower, gets of a conversation.</summary>
public sealed class ConversationViews(ConversationReader reader, InboxProjection inbox, Followers followers, TimeProvider time)
{
    /// <summary>A member's view as of this head or later.</summary>
    public async Task<ConversationView> OfAsync(UserId viewer, Head head, Session? session, CancellationToken cancellationToken)
    {
        var members = reader.FirstMembersAsync(head, cancellationToken);
        var profile = reader.ReadProfileAsync(head, session, cancellationToken);
        var entry = inbox.ReadAsync(viewer, head.ConversationId, cancellationToken);
        var followed = CountAsync(head, cancellationToken);
        await Task.WhenAll(members, profile, entry, followed);
        return ConversationView.Of(head, await profile, await members, await entry, time.GetUtcNow()) with
        {
            FollowerCount = await followed,
        };
    }

    /// <summary>A follower's view of a channel. It names no members.</summary>
    public async Task<ConversationView> OfFollowerAsync(
        Head head,
        Subscription subscription,
        Session? session,
        CancellationToken cancellationToken)
    {
        var profile = reader.ReadProfileAsync(head, session, cancellationToken);
        var followed = CountAsync(head, cancellationToken);
        await Task.WhenAll(profile, followed);
        return ConversationView.Of(head, await profile, [], null, time.GetUtcNow()) with
        {
            UnreadCount = subscription.Unread(head.MessageCount),
            FollowerCount = await followed,
            Subscription = SubscriptionView.Of(subscription),
        };
    }

    /// <summary>The comments on a post, as somebody sees them who sees the post.</summary>
    public ConversationView OfComments(Head head, Guest guest)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(guest);
        var of = head.CommentsOf!;
        return ConversationView.Of(head, null, [], null, time.GetUtcNow()) with
        {
            UnreadCount = 0,
            Comments = guest.Refusal is null,
            SlowModeSeconds = guest.SlowModeSeconds,
            Post = new(of.Channel, of.Post),
        };
    }

    private async Task<long?> CountAsync(Head head, CancellationToken cancellationToken) =>
        head.IsChannel ? await followers.CountAsync(head.ConversationId, cancellationToken) : null;
}
