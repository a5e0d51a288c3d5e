using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Events;

/// <summary>
/// Shows log entries as events. An entry about a changed message holds no copy of it: what the message says comes from where it is stored, so
/// that nothing is left when it is taken back.
/// </summary>
public sealed class EventViews(ChatContainers containers, TimeProvider time)
{
    /// <summary>The same events for every member; without what a member who joined late may not see, which those who may will fetch.</summary>
    public Task<IReadOnlyList<ChatEvent>> ForEveryoneAsync(Head head, IReadOnlyList<LogEntry> entries, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        return OfAsync([.. entries.Where(entry => entry.Seq >= head.JoinedSeq)], message => message.Seq >= head.JoinedSeq, session, cancellationToken);
    }

    /// <summary>Events as one member sees them.</summary>
    public Task<IReadOnlyList<ChatEvent>> ForAsync(Member member, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        OfAsync(entries, member.Sees, null, cancellationToken);

    private async Task<IReadOnlyList<ChatEvent>> OfAsync(IReadOnlyList<LogEntry> entries, Func<Message, bool> isSeen, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var now = time.GetUtcNow();
        var updated = entries.OfType<LogEvent>().Where(entry => entry.What == LogEvent.MessageUpdated).Select(entry => entry.MessageId).Distinct().ToList();
        var messages = updated.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            updated.Select(id => Message.DocumentId(id!.Value)),
            entries[0].ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            session,
            cancellationToken);
        return [.. entries.Where(entry => entry is not Message message || !message.IsExpiredAt(now)).Select(Show)];

        ChatEvent Show(LogEntry entry) =>
            entry is LogEvent { What: LogEvent.MessageUpdated, MessageId: { } id }
                && messages.FirstOrDefault(message => message.MessageId == id) is { } message
                && message.UpdatedSeq >= entry.Seq && isSeen(message) && !message.IsExpiredAt(now)
                ? entry.ToEvent() with { Data = new MessageUpdated(id) { Message = MessageView.Of(message, null) } }
                : entry.ToEvent();
    }
}
