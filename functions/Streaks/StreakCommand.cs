using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Streaks;

/// <summary>Changes the streak of a direct conversation, on the head alone. Idempotent.</summary>
internal abstract record StreakCommand : LogCommand
{
    public sealed override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor) is null)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (head.Kind != ConversationKind.Direct)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        if (Reach.Refusal(head, Actor) is { } reachRefusal)
        {
            return Decision.Refuse(reachRefusal);
        }

        var before = head.Streak ?? new();
        var (after, refusal) = Change(before, head.Members![0].UserId == Actor, context.Now);
        return refusal is not null ? Decision.Refuse(refusal)
            : after == before ? Decision.Unchanged(head)
            : Decision.WithoutEntry(head with { Streak = after });
    }

    protected abstract (Streak After, Problem? Refusal) Change(Streak before, bool isFirst, DateTimeOffset now);
}

/// <summary>Gives commands about streaks to the log, and tells both users.</summary>
public sealed class StreakChanges(ConversationLog log, EventPush push, TimeProvider time)
{
    /// <summary>200 with the streak as it is then, or the refusal.</summary>
    internal async Task<IResult> ChangeAsync(
        ConversationId conversation,
        StreakCommand command,
        Session? session,
        CancellationToken cancellationToken)
    {
        var appended = await log.AppendAsync(conversation, command, session, cancellationToken);
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var view = StreakView.Of(appended.Head!, time.GetUtcNow());
        await Task.WhenAll(appended.Head!.Members!.Select(member => push.PushToUserAsync(
            member.UserId,
            StreakView.Updated,
            conversation,
            view,
            appended.Session,
            cancellationToken)));
        return new JsonResult<StreakView>(StatusCodes.Status200OK, view, ChatJson.Default.StreakView, appended.Session);
    }
}
