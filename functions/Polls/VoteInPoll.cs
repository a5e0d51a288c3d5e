using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Polls;

/// <summary>
/// <c>PUT /conversations/{c}/messages/{m}/vote</c>: sets the caller's vote in a poll, or takes it back; 200 with the message.
/// Idempotent.
/// </summary>
public sealed class VoteInPoll(ConversationLog log, MessageViews views, EventPush push, Limits limits, CurrentUser user)
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

        var command = new VoteInPollCommand { Actor = user.Id, Conversation = conversationId, MessageId = messageId, Options = options };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
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

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, MemberVote.DocumentId(MessageId, Actor)];

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        if (found.Message.IsUnsent)
        {
            return Decision.Refuse(Problems.MessageUnsent);
        }

        if (found.Message.Poll is not { } poll)
        {
            return Decision.Refuse(Problems.NotAPoll);
        }

        if (Options.Any(option => option >= poll.Options.Count) || (Options.Count > 1 && !poll.Multiple))
        {
            return Decision.Refuse(Problems.OutOfRange(
                "/options",
                "Must be options of the poll, and only one where it doesn't allow several."));
        }

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
