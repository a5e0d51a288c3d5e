using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Polls;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Responses;

/// <summary>
/// Reactions to a channel's posts, and votes in them. Everybody who sees a post may, so they don't go through the log: a hundred thousand
/// would wait for each other.
/// </summary>
public sealed class RespondToPost(MessageReader messages, PostResponses responses, MessageViews views, EventPush push, TimeProvider time)
{
    private const int MaxKnown = 10_000;

    /// <summary>By this refusal the log says that it is a channel. No caller sees it.</summary>
    internal static readonly Problem NotByLog = Problems.NotAllowed with { Detail = "It isn't in a channel's log." };

    private readonly BoundedCache<ConversationId, bool> _channels = new(MaxKnown);

    /// <summary>Whether this instance knows that a conversation is a channel: the log needn't be asked.</summary>
    public bool IsChannel(ConversationId conversation) => _channels.TryGet(conversation, out _);

    /// <summary>Whether the log says that it is a channel.</summary>
    public bool IsChannel(ConversationId conversation, AppendResult appended)
    {
        ArgumentNullException.ThrowIfNull(appended);
        if (!ReferenceEquals(appended.Refusal, NotByLog))
        {
            return false;
        }

        _channels.Set(conversation, true);
        return true;
    }

    /// <summary>200 with the post afterwards, or the refusal.</summary>
    internal async Task<IResult> ReactAsync(
        UserId user,
        ConversationId channel,
        MessageId id,
        ReactionChange change,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (post, _, refusal) = await messages.ReadForAsync(user, channel, id, session, cancellationToken);
        if (post is null)
        {
            return refusal!.ToResult();
        }

        // What was taken back takes no more, and gives back all.
        return post.IsUnsent && change.IsWanted
            ? Problems.MessageUnsent.ToResult()
            : await ChangeAsync(user, post, change, cancellationToken);
    }

    /// <summary>200 with the poll afterwards, or the refusal.</summary>
    internal async Task<IResult> VoteAsync(
        UserId user,
        ConversationId channel,
        MessageId id,
        IReadOnlyList<int> options,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (post, _, refusal) = await messages.ReadForAsync(user, channel, id, session, cancellationToken);
        var isGivenBack = post is { IsUnsent: true } && options.Count == 0;
        refusal = post is null ? refusal : isGivenBack ? null : VoteInPollCommand.Refusal(post, options);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        var answer = await ChangeAsync(
            user, post!, new VoteChange(options, post!.Poll?.IsClosedAt(time.GetUtcNow()) == true), cancellationToken);
        if (answer is JsonResult<ShownMessage>)
        {
            var own = new OwnVote(id, options, post.UpdatedSeq ?? post.Seq);
            await push.PushToUserAsync(user, OwnVote.Updated, channel, own, null, cancellationToken);
        }

        return answer;
    }

    private async Task<IResult> ChangeAsync(UserId user, Message post, ResponseChange change, CancellationToken cancellationToken)
    {
        var (response, totals, refusal) = await responses.ChangeAsync(
            user, post.ConversationId, post.Ordinal, change, cancellationToken);
        return refusal is null ? await AnswerAsync(user, post, totals, response, cancellationToken) : refusal.ToResult();
    }

    private async Task<IResult> AnswerAsync(
        UserId user,
        Message post,
        PostTotals totals,
        PostResponse? response,
        CancellationToken cancellationToken)
    {
        var view = await views.OfPostAsync(user, post, totals, response, cancellationToken);
        return new JsonResult<ShownMessage>(StatusCodes.Status200OK, view, ChatJson.Default.ShownMessage);
    }
}
