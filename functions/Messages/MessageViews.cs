using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Messages;

/// <summary>
/// Builds views of messages, with quotes in their current version and with the viewer's own reactions and votes.
/// </summary>
/// <remarks>
/// One read-many per page, at 1 RU a document: quoted messages, the viewer's votes, and their reactions where the summary doesn't
/// name everybody. Whom the viewer blocks is cached.
/// </remarks>
public sealed class MessageViews(ChatContainers containers, BlockReader blocks, TimeProvider time)
{
    /// <summary>The views of one's own messages, in the same order.</summary>
    public async Task<IReadOnlyList<MessageView>> OfOwnAsync(
        UserId sender,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken) =>
        [.. (await ForAsync(ConversationKind.Direct, sender, messages, cancellationToken)).Cast<MessageView>()];

    /// <summary>
    /// What one member is shown, in the same order. In a group, nothing is that somebody said whom they block; in a direct conversation
    /// nothing new was said since, and all is.
    /// </summary>
    public async Task<IReadOnlyList<ShownMessage>> ForAsync(
        ConversationKind kind,
        UserId viewer,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken)
    {
        messages = [.. messages.Select(message => message.For(viewer))];
        var quoted = Quoted(messages);
        var found = await ReadAsync(
            messages,
            [
                .. quoted,
                // What the viewer may see of quotes depends on their member document.
                .. quoted.Count > 0 ? [Member.DocumentId(viewer)] : Array.Empty<string>(),
                .. messages.Where(message => message.Poll is not null).Select(message => MemberVote.DocumentId(message.MessageId, viewer)),
                .. messages.Where(IsUntold).Select(message => MemberReactions.DocumentId(message.MessageId, viewer)),
            ],
            null,
            cancellationToken);
        var member = found.GetValueOrDefault(Member.DocumentId(viewer)) as Member;
        var blocked = kind == ConversationKind.Group
            ? await blocks.BlockedAsync(
                viewer,
                messages.Concat(found.Values.OfType<Message>()).Select(message => message.SenderId),
                cancellationToken)
            : new HashSet<UserId>();
        return [.. messages.Select(Shown)];

        ShownMessage Shown(Message message) => blocked.Contains(message.SenderId)
            ? new HiddenMessageView(message.Seq)
            : Quoting(
                message,
                found,
                quote => member?.Sees(quote) == true && !blocked.Contains(quote.SenderId)) with
            {
                ClientMessageId = MessageView.ClientMessageIdFor(viewer, message),
                Reactions = Reactions(message),
                Poll = PollOf(message),
            };

        IReadOnlyList<ReactionSummary> Reactions(Message message)
        {
            var mine = (found.GetValueOrDefault(MemberReactions.DocumentId(message.MessageId, viewer)) as MemberReactions)?.Keys;
            return [.. (message.Reactions ?? []).Select(one => one with { Mine = mine?.Contains(one.Key) ?? one.Users.Contains(viewer) })];
        }

        Poll? PollOf(Message message) =>
            message.Poll?.For((found.GetValueOrDefault(MemberVote.DocumentId(message.MessageId, viewer)) as MemberVote)?.Options ?? []);
    }

    /// <summary>
    /// The views that every member may see, in the same order. They leave out quotes from before the newest member who doesn't
    /// see history.
    /// </summary>
    public async Task<IReadOnlyList<MessageView>> ForEveryoneAsync(
        Head head,
        IReadOnlyList<Message> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var found = await ReadAsync(messages, Quoted(messages), session, cancellationToken);
        return [.. messages.Select(message => Quoting(message, found, quote => quote.Seq >= head.JoinedSeq))];
    }

    /// <summary>200 with the message that a command changed or left as it was, or the refusal.</summary>
    public async Task<IResult> AnswerAsync(UserId viewer, AppendResult appended, CancellationToken cancellationToken)
    {
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var view = (await ForAsync(appended.Head!.Kind, viewer, [appended.Document<Message>()], cancellationToken))[0];
        return new JsonResult<ShownMessage>(StatusCodes.Status200OK, view, ChatJson.Default.ShownMessage, appended.Session);
    }

    /// <summary>The results of messages that a user sent together, in the same order.</summary>
    public async Task<IReadOnlyList<SendResult>> ResultsAsync(
        UserId sender,
        IReadOnlyList<AppendResult> sent,
        CancellationToken cancellationToken)
    {
        var stored = sent.Where(one => one.Refusal is null).Select(one => (Message)one.Entries[0]).ToList();
        var views = new Queue<MessageView>(await OfOwnAsync(sender, stored, cancellationToken));
        return [.. sent.Select(one => one.Refusal is { } refusal
            ? new SendResult(refusal.Status) { Problem = refusal }
            : new SendResult(one.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created) { Message = views.Dequeue() })];
    }

    private static List<string> Quoted(IReadOnlyList<Message> messages) =>
        [.. messages.Select(message => message.ReplyTo).OfType<MessageId>().Distinct().Select(Message.DocumentId)];

    /// <summary>
    /// Whether some summary names only some of the members who reacted, so that the viewer may be among the others.
    /// </summary>
    private static bool IsUntold(Message message) => message.Reactions?.Any(one => one.Count > one.Users.Count) == true;

    private MessageView Quoting(Message message, Dictionary<string, ConversationDocument> found, Func<Message, bool> isSeen)
    {
        var view = MessageView.Of(message);
        return message.ReplyTo is not { } id ? view
            : found.GetValueOrDefault(Message.DocumentId(id)) is Message quoted
                && quoted.Is(id)
                && isSeen(quoted)
                && !quoted.IsExpiredAt(time.GetUtcNow()) ? view with { ReplyTo = QuoteView.Of(quoted) }
            : view with { ReplyTo = new QuoteView(id) };
    }

    private async Task<Dictionary<string, ConversationDocument>> ReadAsync(
        IReadOnlyList<Message> messages,
        List<string> ids,
        Session? session,
        CancellationToken cancellationToken)
    {
        var documents = ids.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            ids,
            messages[0].ConversationId,
            ChatJson.Default.DocumentsPageConversationDocument,
            session,
            cancellationToken);
        return documents.ToDictionary(document => document.Id, StringComparer.Ordinal);
    }
}
