using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Polls;

/// <summary>
/// <c>PUT /conversations/{c}/messages/{m}/vote</c>: sets the caller's vote in a poll, or takes it back; 200 with the message.
/// Idempotent.
/// </summary>
public sealed class VoteInPoll(
    ConversationLog log,
    MessageViews views,
    RespondToPost posts,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(VoteInPoll))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/messages/{messageId}/vote")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var options = body.Indexes("options", limits.PollOptions);
        body.ThrowIfMalformed();

        var session = Session.Of(request);
        if (posts.IsChannel(conversationId))
        {
            return await posts.VoteAsync(user.Id, conversationId, messageId, options, session, cancellationToken);
        }

        var command = new VoteInPollCommand { Actor = user.Id, Conversation = conversationId, MessageId = messageId, Options = options };
        var appended = await log.AppendAsync(conversationId, command, session, cancellationToken);
        if (posts.IsChannel(conversationId, appended))
        {
            return await posts.VoteAsync(user.Id, conversationId, messageId, options, session, cancellationToken);
        }

        if (appended.Refusal is null)
        {
            // The event that everyone gets doesn't say who voted. This one tells the caller's other devices.
            var message = appended.Document<Message>();
            var own = new OwnVote(messageId, options, message.UpdatedSeq ?? message.Seq);
            await push.PushToUserAsync(user.Id, OwnVote.Updated, conversationId, own, appended.Session, cancellationToken);
        }

        return await views.AnswerAsync(user.Id, appended, cancellationToken);
    }
}

/// <summary>Sets the actor's vote in a poll. Every active member who sees the message may.</summary>
internal sealed record VoteInPollCommand : MessageCommand
{
    /// <summary>Indexes of options, ascending; empty takes the vote back.</summary>
    public required IReadOnlyList<int> Options { get; init; }

    protected override bool IsForChannels => false;

    /// <summary>The refusal of a vote that the message doesn't take, whoever's it is; null for one that it may.</summary>
    public static Problem? Refusal(Message message, IReadOnlyList<int> options) =>
        message.IsUnsent ? Problems.MessageUnsent
        : message.Poll is not { } poll ? Problems.NotAPoll
        : options.Any(option => option >= poll.Options.Count) || (options.Count > 1 && !poll.Multiple)
            ? Problems.OutOfRange("/options", "Must be options of the poll, and only one where it doesn't allow several.")
        : null;

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, MemberVote.DocumentId(MessageId, Actor)];

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        if (Refusal(found.Message, Options) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        var poll = found.Message.Poll!;
        var mine = context.Find<MemberVote>(MemberVote.DocumentId(MessageId, Actor));
        var before = mine?.Options ?? [];
        if (before.SequenceEqual(Options))
        {
            return Decision.Unchanged(found.Head, found.Message);
        }

        if (poll.IsClosedAt(context.Now))
        {
            return Decision.Refuse(Problems.PollClosed);
        }

        var vote = new MemberVote
        {
            ConversationId = Conversation,
            MessageId = MessageId,
            UserId = Actor,
            Options = Options,
            TimeToLive = found.Message.TimeToLiveAt(context.Now),
        };
        var updated = LogEvent.Of(context, LogEvent.MessageUpdated, Actor, new MessageUpdated(MessageId), ChatJson.Default.MessageUpdated);
        var changed = found.Message with { Poll = poll.With(before, Options) };
        return Options.Count > 0
            ? Changed(context, found.Head, updated, changed, [vote])
            : Changed(context, found.Head, updated, changed, []) with { Removed = [vote.Id] };
    }
}
