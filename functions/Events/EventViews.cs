using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Events;

/// <summary>
/// Shows log entries as events. An entry about a changed message holds no copy of it: what the message says comes from where it is stored, so
/// that nothing is left when it is taken back.
/// </summary>
public sealed class EventViews(ChatContainers containers, MessageViews views, TimeProvider time)
{
    /// <summary>The same events for every member; without what a member who joined late may not see, which those who may will fetch.</summary>
    public async Task<IReadOnlyList<ChatEvent>> ForEveryoneAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        Session? session,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<LogEntry> shown = [.. entries.Where(entry => entry.Seq >= head.JoinedSeq)];
        var messages = await MessagesAsync(shown, message => message.Seq >= head.JoinedSeq, session, cancellationToken);
        return Show(Alive(shown), messages, await views.ForEveryoneAsync(head, messages, session, cancellationToken));
    }

    /// <summary>Events as one member sees them.</summary>
    public async Task<IReadOnlyList<ChatEvent>> ForAsync(
        Member member,
        IReadOnlyList<LogEntry> entries,
        CancellationToken cancellationToken)
    {
        var messages = await MessagesAsync(entries, member.Sees, null, cancellationToken);
        return Show(Alive(entries), messages, await views.OfAsync(member.UserId, messages, cancellationToken));
    }

    private IReadOnlyList<LogEntry> Alive(IReadOnlyList<LogEntry> entries)
    {
        var now = time.GetUtcNow();
        return [.. entries.Where(entry => !entry.IsExpiredAt(now))];
    }

    /// <summary>The messages that the entries create or change, as far as they may be seen: those created as the entries have them, others as they are now.</summary>
    private async Task<IReadOnlyList<Message>> MessagesAsync(
        IReadOnlyList<LogEntry> entries,
        Func<Message, bool> isSeen,
        Session? session,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var updated = entries.OfType<LogEvent>()
            .Where(entry => entry.What == LogEvent.MessageUpdated)
            .Select(entry => entry.MessageId)
            .Distinct()
            .ToList();
        var changed = updated.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            updated.Select(id => Message.DocumentId(id!.Value)),
            entries[0].ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            session,
            cancellationToken);
        return [.. entries.OfType<Message>().Concat(changed).Where(message => isSeen(message) && !message.IsExpiredAt(now))];
    }

    private static List<ChatEvent> Show(IReadOnlyList<LogEntry> entries, IReadOnlyList<Message> messages, IReadOnlyList<MessageView> shown)
    {
        var newest = messages.Zip(
            shown,
            (message, view) => (message.MessageId, View: view)).ToLookup(one => one.MessageId, one => one.View);
        return [.. entries.Select(Event).OfType<ChatEvent>()];

        ChatEvent? Event(LogEntry entry) => entry switch
        {
            Message message => newest[message.MessageId].FirstOrDefault() is { } view ? message.ToEvent(view) : null,
            LogEvent { What: LogEvent.MessageUpdated, MessageId: { } id } updated when newest[id].LastOrDefault() is { } view
                && view.UpdatedSeq >= entry.Seq =>
                updated.ToEvent() with { Data = new MessageUpdated(id) { Message = view } },
            LogEvent other => other.ToEvent(),
            _ => null,
        };
    }
}
