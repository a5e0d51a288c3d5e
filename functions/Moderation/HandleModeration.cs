using Azure.Messaging.ServiceBus;
using Chat.Functions.Cards;
using Chat.Functions.Delivery;
using Chat.Functions.Erasure;
using Chat.Functions.Hooks;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Moderation;

/// <summary>
/// Queue <c>moderation</c>: does what a decision or a sign-out left undone, keeps banned users out, erases users, tells the host app of
/// decisions, of held messages and of cards that were sent, and operators of cases that are overdue.
/// </summary>
public sealed class HandleModeration(
    QueueMessageProcessor processor,
    CaseStore cases,
    DecisionEffects effects,
    KeepingOut keepingOut,
    UserSessions sessions,
    DecisionHook hook,
    HeldMessages held,
    SharesHook shares,
    ErasureProgress erasures,
    ModerationQueue queue,
    TimeProvider time,
    ILogger<HandleModeration> logger)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromHours(1);

    [Function(nameof(HandleModeration))]
    public Task RunAsync(
        [ServiceBusTrigger(ModerationMessage.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        processor.RunAsync(ModerationMessage.Queue, message, actions, ChatJson.Default.ModerationMessage, HandleAsync, cancellationToken);

    private Task HandleAsync(ModerationMessage message, CancellationToken cancellationToken) => message switch
    {
        ApplyDecision apply => ApplyAsync(apply, cancellationToken),
        KeepOut keep => keepingOut.GoOnAsync(keep, cancellationToken),
        CaseDue due => TellAsync(due, cancellationToken),
        TellHost tell => TellAsync(tell, cancellationToken),
        MessageHeld one => held.TellAsync(one, cancellationToken),
        CardsShared shared => shares.TellAsync(shared, cancellationToken),
        ContinueErasure erasure => erasures.GoOnAsync(erasure, cancellationToken),
        SignedOut left => sessions.CompleteAsync(left.UserId, left.At, cancellationToken),
        _ => throw new UnprocessableException("Malformed", "There is no such message."),
    };

    private async Task ApplyAsync(ApplyDecision apply, CancellationToken cancellationToken)
    {
        var decision = await cases.FindAsync(
            apply.CaseId,
            CaseDecision.DocumentId(apply.DecisionId),
            ChatJson.Default.CaseDecision,
            cancellationToken);
        if (decision is not null)
        {
            await effects.ApplyAsync(decision, cancellationToken);
        }
    }

    private async Task TellAsync(TellHost tell, CancellationToken cancellationToken)
    {
        // Off by now: the operator doesn't want it told any more.
        if (hook.IsOn && await cases.FindAsync(
            tell.CaseId,
            CaseDecision.DocumentId(tell.DecisionId),
            ChatJson.Default.CaseDecision,
            cancellationToken) is { } decision)
        {
            await hook.TellAsync(decision, cancellationToken);
        }
    }

    private async Task TellAsync(CaseDue due, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if ((await cases.ReadAsync(due.CaseId, cancellationToken)).Document is not { State: CaseState.Open } waiting
            || waiting.DueAt != due.DueAt)
        {
            // Decided, or another message is on its way for the new instant.
            return;
        }

        await queue.SendAsync(due with { Step = due.Step + 1 }, now + TellEvery, cancellationToken);
        logger.Overdue(waiting.Severity, (long)(now - waiting.DueAt).TotalMinutes);
    }
}
