using Chat.Functions.Conversations;
using Chat.Functions.Decisions;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Standings;

namespace Chat.Functions.Moderation;

/// <summary>Does what a decision says. Each step can be done again, so that whoever comes after a crash does all of them.</summary>
public sealed class DecisionEffects(
    CaseStore cases,
    StandingStore standings,
    KeepingOut keepingOut,
    ConversationLog log,
    ConversationReader reader,
    OwnDecisions own,
    DecisionHook hook,
    ModerationQueue queue,
    EventPush push,
    TimeProvider time)
{
    /// <summary>Does what is left to be done.</summary>
    /// <exception cref="Exception">Not all is done; to be tried again.</exception>
    public async Task ApplyAsync(CaseDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var done = await cases.FindAsync(
            decision.CaseId,
            DecisionApplied.DocumentId(decision.DecisionId),
            ChatJson.Default.DecisionApplied,
            cancellationToken);
        if (done is not null)
        {
            return;
        }

        await StandAsync(decision, cancellationToken);
        var removed = decision.Action switch
        {
            DecisionAction.Remove => await RemoveAsync(decision, cancellationToken),
            DecisionAction.Close => await CloseAsync(decision.Target.ConversationId!.Value, cancellationToken),
            _ => null,
        };
        await TellAsync(decision, removed, cancellationToken);
        if (hook.IsOn)
        {
            await queue.SendAsync(new TellHost(decision.CaseId, decision.DecisionId), time.GetUtcNow(), cancellationToken);
        }

        await cases.CreateIfAbsentAsync(
            new DecisionApplied { CaseId = decision.CaseId, DecisionId = decision.DecisionId, At = time.GetUtcNow() },
            cancellationToken);
    }

    private async Task StandAsync(CaseDecision decision, CancellationToken cancellationToken)
    {
        var standing = decision.Action switch
        {
            DecisionAction.Restrict => Standing.Restricted,
            DecisionAction.Suspend => Standing.Suspended,
            DecisionAction.Ban => Standing.Banned,
            _ => Standing.None,
        };
        if (decision.Target.UserId is not { } user || (standing == Standing.None && !decision.ReplacesStanding))
        {
            return;
        }

        await standings.SetAsync(
            user,
            new StandingSource(decision.CaseId, decision.DecisionId, decision.CaseVersion, standing, decision.Until)
            {
                IsOnAppeal = decision.ReplacesStanding,
            },
            cancellationToken);
        if (standing == Standing.Banned)
        {
            await keepingOut.BeginAsync(user, decision.DecisionId, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<MessageId>> RemoveAsync(CaseDecision decision, CancellationToken cancellationToken)
    {
        var reported = await cases.ReportedAsync(
            decision.CaseId,
            decision.OpenedVersion,
            decision.CaseVersion,
            cancellationToken);
        foreach (var message in reported)
        {
            await log.ChangeAsync(
                decision.Target.ConversationId!.Value,
                new RemoveMessageCommand(message, Message.ByModerator),
                cancellationToken);
        }

        return reported;
    }

    private async Task<IReadOnlyList<MessageId>?> CloseAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var closed = await log.ChangeAsync(conversation, new CloseConversationCommand(), cancellationToken);

        // Also when it was closed before: whoever did may have died before they told anybody.
        var head = closed.Head ?? await reader.ReadHeadAsync(conversation, closed.Session, cancellationToken);
        if (head is { Kind: ConversationKind.Direct, DeletedAt: { } at })
        {
            // Delivery tells a group's members; of a pair nobody else does.
            var told = new ChatEvent(
                LogEvent.ConversationDeleted,
                conversation,
                head.LastSeq,
                at,
                new ConversationDeleted(null) { Reason = Message.ByModerator });
            foreach (var member in await reader.MemberIdsAsync(head, closed.Session, cancellationToken))
            {
                await push.PushToUserAsync(member, told, cancellationToken);
            }
        }

        return null;
    }

    private async Task TellAsync(CaseDecision decision, IReadOnlyList<MessageId>? removed, CancellationToken cancellationToken)
    {
        if (decision is { IsTold: true, Target.UserId: { } user })
        {
            var told = OwnDecision.Of(decision, user, removed);
            await own.KeepAsync(told, cancellationToken);
            await push.PushToUserAsync(
                user,
                new ChatEvent(OwnDecision.Decided, null, null, decision.At, OwnDecisionView.Of(told)),
                cancellationToken);
        }
    }
}
