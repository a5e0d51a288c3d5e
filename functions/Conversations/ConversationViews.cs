using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Shows conversations to one of their members.</summary>
public sealed class ConversationViews(ConversationReader reader, InboxProjection inbox, TimeProvider time)
{
    /// <summary>A conversation as its head, or something newer, has it.</summary>
    public async Task<ConversationView> OfAsync(UserId viewer, Head head, Session? session, CancellationToken cancellationToken)
    {
        var members = reader.FirstMembersAsync(head, cancellationToken);
        var profile = reader.ReadProfileAsync(head, session, cancellationToken);
        var entry = inbox.ReadAsync(viewer, head.ConversationId, cancellationToken);
        await Task.WhenAll(members, profile, entry);
        return ConversationView.Of(head, await profile, await members, await entry, time.GetUtcNow());
    }
}
