using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Messages;

/// <summary>
/// Builds views of messages, with quotes in their current version and with the viewer's own reactions and votes.
/// </summary>
/// <remarks>
/// One read-many per page, at 1 RU a document: quoted messages, the viewer's votes, and their reactions where the summary doesn't
/// name everybody. Whom the viewer blocks is cached. Of a channel's posts, what was counted is cached, too, and what the viewer did
/// is one read-many more.
/// </remarks>
public sealed class MessageViews(ChatContainers containers, BlockReader blocks, PostCountsReader counts, TimeProvider time)
{
    /// <summary>The views of what one sent to a conversation, now or before, in the same order.</summary>
    public async Task<IReadOnlyList<MessageView>> OfSentAsync(
        UserId sender,
        IReadOnlyList<AppendResult> sent,
        CancellationToken cancellationToken)
    {
        List<Message> messages = [.. sent.Select(one => (Message)one.Entries[0])];
        var isChannel = sent.Any(one => one.Kind == ConversationKind.Channel);
        var member = sent.Any(one => one.Kind == ConversationKind.Comments) ? Everything(sender, messages) : null;
        // Of a new post there is nothing to count.
        var counted = !isChannel ? null
            : sent.Any(one => one.IsRepeat) ? await CountedAsync(sender, messages, cancellationToken)
            : _ => (PostTotals.None, null);
        return [.. (await ForAsync(member, ConversationKind.Direct, sender, messages, counted, cancellationToken)).Cast<MessageView>()];
    }

    /// <summary>What one viewer is shown, by what stands for their member document.</summary>
    public Task<IReadOnlyList<ShownMessage>> ForAsync(
        MembershipContext part,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken) =>
        ForAsync(part.Member, part.Head.Kind, part.Member.UserId, messages, null, cancellationToken);

    /// <summary>
    /// What one member is shown, in the same order. In a group a placeholder replaces the messages of a user whom they block. In a direct
    /// conversation all messages are shown, as none is sent after a block.
    /// </summary>
    public Task<IReadOnlyList<ShownMessage>> ForAsync(
        ConversationKind kind,
        UserId viewer,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken) =>
        ForAsync(null, kind, viewer, messages, null, cancellationToken);

    /// <summary>What a user is shown of a channel's post whose counts, and whose response of theirs, are known.</summary>
    internal async Task<ShownMessage> OfPostAsync(
        UserId viewer,
        Message post,
        PostTotals totals,
        PostResponse? response,
        CancellationToken cancellationToken) =>
        (await ForAsync(null, ConversationKind.Channel, viewer, [post], _ => (totals, response), cancellationToken))[0];

    private async Task<IReadOnlyList<ShownMessage>> ForAsync(
        Member? member,
        ConversationKind kind,
        UserId viewer,
        IReadOnlyList<Message> messages,
        Func<long, (PostTotals Totals, PostResponse? Own)>? counted,
        CancellationToken cancellationToken)
    {
        messages = [.. messages.Select(message => message.For(viewer))];
        member ??= kind == ConversationKind.Comments ? Everything(viewer, messages) : null;
        counted ??= kind == ConversationKind.Channel ? await CountedAsync(viewer, messages, cancellationToken) : null;
        var quoted = Quoted(messages);
        var found = await ReadAsync(
            messages,
            [
                .. quoted,
                // What the viewer may see of quotes depends on their member document.
                .. quoted.Count > 0 && member is null ? [Member.DocumentId(viewer)] : Array.Empty<string>(),
                .. messages
                    .Where(message => message.Poll is not null && counted is null)
                    .Select(message => MemberVote.DocumentId(message.MessageId, viewer)),
                .. messages.Where(IsUntold).Select(message => MemberReactions.DocumentId(message.MessageId, viewer)),
            ],
            null,
            cancellationToken);
        member ??= found.GetValueOrDefault(Member.DocumentId(viewer)) as Member;
        var blocked = kind != ConversationKind.Direct
            ? await blocks.BlockedAsync(
                viewer,
                messages.Concat(found.Values.OfType<Message>()).Select(message => message.SenderId),
                cancellationToken)
            : new HashSet<UserId>();
        return [.. messages.Select(Shown)];

        ShownMessage Shown(Message message) => blocked.Contains(message.SenderId)
            ? new HiddenMessageView(message.Seq)
            : Counting(Quoting(
                message,
                found,
                quote => member?.Sees(quote) == true && !blocked.Contains(quote.SenderId)) with
            {
                ClientMessageId = MessageView.ClientMessageIdFor(viewer, message),
                Reactions = Reactions(message),
                Poll = PollOf(message),
            });

        MessageView Counting(MessageView view) =>
            counted?.Invoke(view.Ordinal) is var (totals, own) ? totals.ShownIn(view, new(own)) : view;

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
        // Of a new post there is nothing to count.
        List<long> counted = head.IsChannel
            ? [.. messages.Where(message => message.UpdatedSeq > 0).Select(message => message.Ordinal)]
            : [];
        var totals = counted.Count == 0 ? null : await counts.TotalsAsync(head.ConversationId, counted, cancellationToken);
        return [.. messages.Select(Counting)];

        MessageView Counting(Message message)
        {
            var view = Quoting(message, found, quote => quote.Seq >= head.JoinedSeq);
            return head.IsChannel ? (totals?.GetValueOrDefault(message.Ordinal) ?? PostTotals.None).ShownIn(view, null) : view;
        }
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
        var stored = sent.Where(one => one.Refusal is null).ToList();
        var views = new Queue<MessageView>(await OfSentAsync(sender, stored, cancellationToken));
        return [.. sent.Select(one => one.Refusal is { } refusal
            ? new SendResult(refusal.Status) { Problem = refusal }
            : new SendResult(one.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created) { Message = views.Dequeue() })];
    }

    /// <summary>What stands for the document of whoever sees comments: they see all of them.</summary>
    private static Member? Everything(UserId viewer, IReadOnlyList<Message> messages) => messages is not [var first, ..] ? null : new()
    {
        ConversationId = first.ConversationId,
        UserId = viewer,
        Role = MemberRole.Member,
        State = MemberState.Active,
    };

    private async Task<Func<long, (PostTotals Totals, PostResponse? Own)>?> CountedAsync(
        UserId viewer,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
        {
            return null;
        }

        var (channel, ordinals) = (messages[0].ConversationId, messages.Select(message => message.Ordinal).ToHashSet());
        var reading = counts.TotalsAsync(channel, ordinals, cancellationToken);
        var own = await counts.OwnAsync(channel, viewer, ordinals, cancellationToken);
        var totals = await reading;
        return ordinal => (totals[ordinal], own.GetValueOrDefault(ordinal));
    }

    private static List<string> Quoted(IReadOnlyList<Message> messages) =>
        [.. messages.Select(message => message.ReplyTo).OfType<MessageId>().Distinct().Select(Message.DocumentId)];

    /// <summary>
    /// Whether some summary names only some of the members who reacted, so that the viewer may be among the others.
    /// </summary>
    private static bool IsUntold(Message message) => message.Reactions?.Any(one => one.Count > one.Users.Count) == true;

    private MessageView Quoting(Message message, Dictionary<string, ConversationDocument> found, Func<Message, bool> isSeen)
    {
        var view = MessageView.Of(message) with { Cards = message.Cards?.Select(card => card.At(time.GetUtcNow())).ToList() };
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
