using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Streaks;

/// <summary>
/// <c>POST /conversations/{c}/streak/restore</c>: goes on with a lost streak, within 48 hours; 200 with the streak. Idempotent.
/// </summary>
public sealed class RestoreStreak(StreakChanges changes, Limits limits, CurrentUser user)
{
    [Function(nameof(RestoreStreak))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/streak/restore")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken) =>
        changes.ChangeAsync(
            conversationId,
            new RestoreStreakCommand { Actor = user.Id, Limits = limits },
            Session.Of(request),
            cancellationToken);
}

internal sealed record RestoreStreakCommand : StreakCommand
{
    public required Limits Limits { get; init; }

    protected override (Streak After, Problem? Refusal) Change(Streak before, bool isFirst, DateTimeOffset now) =>
        before.StateAt(now) switch
        {
            StreakState.Active or StreakState.Grey => (before, null),
            StreakState.Lost when before.RestoresLeft > 0 => (before.Restored(now), null),
            StreakState.Lost => (before, Problems.LimitReached("streakRestores", Limits.StreakRestores)),
            _ => (before, Problems.StreakNotLost),
        };
}
