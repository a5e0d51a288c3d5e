using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Events;

/// <summary>
/// Builds events from log entries. An entry about a changed message holds no copy of its content, which is read from the message.
/// So nothing of an unsent message remains in the log.
/// </summary>
public sealed class EventViews(ChatContainers containers, MessageViews views, TimeProvider time)
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    /// <summary>
    /// The events as a channel's followers see them: of its members and collections only that something happened, so that their log has
    /// no gap.
    /// </summary>
    public static IReadOnlyList<ChatEvent> ForFollowers(IReadOnlyList<ChatEvent> events) =>
        [.. events.Select(one => IsOfMembers(one.Type) ? one with { Type = LogEvent.EntryHidden, Data = Nothing } : one)];

    /// <summary>
    /// The events that every member may see. They leave out entries from before the newest member who doesn't see history;
    /// members who do see them can fetch them.
    /// </summary>
    /// <param name="head">The conversation.</param>
    /// <param name="entries">What happened.</param>
    /// <param name="updated">Updated messages as they are now; null or without some where they are to be read.</param>
    /// <param name="session">By which they are read.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<ChatEvent>> ForEveryoneAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<LogEntry>? updated,
        Session? session,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<LogEntry> shown = [.. entries.Where(entry => entry.Seq >= head.JoinedSeq)];
        var messages = await MessagesAsync(shown, updated ?? [], message => message.Seq >= head.JoinedSeq, session, cancellationToken);
        return Show(Alive(shown), messages, await views.ForEveryoneAsync(head, messages, session, cancellationToken));
    }

    /// <summary>The events that one member, or follower, sees.</summary>
    public async Task<IReadOnlyList<ChatEvent>> ForAsync(
        MembershipContext part,
        IReadOnlyList<LogEntry> entries,
        CancellationToken cancellationToken)
    {
        var messages = await MessagesAsync(entries, [], part.Member.Sees, null, cancellationToken);
        var shown = Show(Alive(entries), messages, await views.ForAsync(part, messages, cancellationToken));
        return part.IsFollower ? ForFollowers(shown) : shown;
    }

    private static bool IsOfMembers(string type) =>
        type == LogEvent.ConversationCreated
        || type.StartsWith("member.", StringComparison.Ordinal)
        || type.StartsWith("collection.", StringComparison.Ordinal);

    private IReadOnlyList<LogEntry> Alive(IReadOnlyList<LogEntry> entries)
    {
        var now = time.GetUtcNow();
        return [.. entries.Where(entry => !entry.IsExpiredAt(now))];
    }

    /// <summary>
    /// The visible messages that the entries create or change. A created message is as in its entry, a changed one in its current
    /// version.
    /// </summary>
    private async Task<IReadOnlyList<Message>> MessagesAsync(
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<LogEntry> known,
        Func<Message, bool> isSeen,
        Session? session,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var updated = entries.OfType<LogEvent>()
            .Where(entry => entry.EventType == LogEvent.MessageUpdated)
            .Select(entry => Message.DocumentId(entry.MessageId!.Value))
            .Except(known.Select(message => message.Id), StringComparer.Ordinal)
            .ToList();
        var read = updated.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            updated,
            entries[0].ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            session,
            cancellationToken);
        return [.. entries.Concat(known).OfType<Message>().Concat(read).Where(message => isSeen(message) && !message.IsExpiredAt(now))];
    }

    private static List<ChatEvent> Show(IReadOnlyList<LogEntry> entries, IReadOnlyList<Message> messages, IReadOnlyList<ShownMessage> shown)
    {
        var newest = messages.Zip(
            shown,
            (message, view) => (message.MessageId, View: view)).ToLookup(one => one.MessageId, one => one.View);
        return [.. entries.Select(Event).OfType<ChatEvent>()];

        ChatEvent? Event(LogEntry entry) => entry switch
        {
            Message message => newest[message.MessageId].FirstOrDefault() is { } view ? message.ToEvent(view) : null,
            LogEvent { EventType: LogEvent.MessageUpdated, MessageId: { } id } updated when newest[id].LastOrDefault() is { } view
                && !(view is MessageView current && current.UpdatedSeq < entry.Seq) =>
                updated.ToEvent() with { Data = new MessageUpdated(id) { Message = view } },
            LogEvent other => other.ToEvent(),
            _ => null,
        };
    }
}
