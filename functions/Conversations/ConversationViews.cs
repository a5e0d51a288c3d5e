using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Builds the view that one member gets of a conversation.</summary>
public sealed class ConversationViews(ConversationReader reader, InboxProjection inbox, TimeProvider time)
{
    /// <summary>The view as of this head or later.</summary>
    public async Task<ConversationView> OfAsync(UserId viewer, Head head, Session? session, CancellationToken cancellationToken)
    {
        var members = reader.FirstMembersAsync(head, cancellationToken);
        var profile = reader.ReadProfileAsync(head, session, cancellationToken);
        var entry = inbox.ReadAsync(viewer, head.ConversationId, cancellationToken);
        await Task.WhenAll(members, profile, entry);
        return ConversationView.Of(head, await profile, await members, await entry, time.GetUtcNow());
    }
}
