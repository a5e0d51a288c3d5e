using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.RateLimits;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Comments;

/// <summary>
/// Appends to logs that may be those of comments. Their channel decides who may: it is read by then, after this process has seen whatever
/// was written before, so that nobody comments who was removed, by whichever instance. All other logs are asked at once, as ever.
/// </summary>
public sealed class Commenting(ConversationLog log, ConversationReader reader, RequestRates rates, TimeProvider time)
{
    /// <summary>How many comments this process knows the posts of. One that it forgot costs two reads.</summary>
    private const int MaxKnown = 10_000;

    private readonly BoundedCache<ConversationId, CommentsOf> _known = new(MaxKnown);

    /// <summary>Decides a command as <see cref="ConversationLog.AppendAsync"/> does.</summary>
    public async Task<AppendResult> AppendAsync(
        ConversationId conversation,
        LogCommand command,
        Session? session,
        CancellationToken cancellationToken) =>
        (await AppendInOrderAsync(conversation, [command], session, cancellationToken))[0];

    /// <summary>Appends commands of one actor as <see cref="ConversationLog"/> does.</summary>
    public async Task<IReadOnlyList<AppendResult>> AppendInOrderAsync(
        ConversationId conversation,
        IReadOnlyList<LogCommand> commands,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (!_known.TryGet(conversation, out var of))
        {
            var appended = await log.AppendInOrderAsync(conversation, commands, session, cancellationToken);
            if (!appended.Any(one => ReferenceEquals(one.Refusal, Guest.Needed)))
            {
                return appended;
            }
        }

        MembershipContext? post;
        using var timeout = Deadline.ForCall(ConversationLog.CallTimeout, time).CreateCancellation(time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (of is null)
            {
                of = (await reader.ReadHeadAsync(conversation, session, either.Token))?.CommentsOf;
                if (of is null)
                {
                    // The log has just decided on the head, so only the replica lags.
                    return Refused(Problems.Unavailable);
                }

                _known.Set(conversation, of);
            }

            await reader.RefreshPartAsync(commands[0].Actor, of.Channel, either.Token);

            // Not by the caller's session: it may be older than what was refreshed, and would be taken in its place.
            post = await reader.ReadPostAsync(commands[0].Actor, of, session: null, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refused(Problems.Unavailable);
        }

        // Unlike a reaction to a post, one to a comment is a commit of one partition, and an event to all who have the comments open.
        var refusal = post is null ? Problems.ConversationNotFound
            : commands[0] is ChangeReactionCommand ? rates.Sends.Take(commands[0].Actor)
            : null;
        return refusal is not null
            ? Refused(refusal)
            : await log.AppendInOrderAsync(
                conversation,
                [.. commands.Select(command => command with { Guest = Guest.Of(post!) })],
                session,
                cancellationToken);

        IReadOnlyList<AppendResult> Refused(Problem refusal) => [.. commands.Select(_ => AppendResult.Refused(refusal))];
    }
}
