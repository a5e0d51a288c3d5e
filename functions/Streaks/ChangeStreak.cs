using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Streaks;

/// <summary>
/// <c>PUT /conversations/{c}/streak</c>: turns the streak of a direct conversation on or off for oneself, and sets its zone; 200 with the
/// streak. It is counted while both have it on. The zone can't be changed while there is a streak.
/// </summary>
public sealed class ChangeStreak(StreakChanges changes, Limits limits, CurrentUser user)
{
    [Function(nameof(ChangeStreak))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/streak")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var (isOn, zone) = (body.Bool("enabled"), StreakZone.Read(body, "zone"));
        body.ThrowIfMalformed();
        var command = new ChangeStreakCommand { Actor = user.Id, IsOn = isOn, Zone = zone };
        return await changes.ChangeAsync(conversationId, command, Session.Of(request), cancellationToken);
    }
}

internal sealed record ChangeStreakCommand : StreakCommand
{
    public required bool IsOn { get; init; }

    /// <summary>In minutes east of UTC; null to leave it.</summary>
    public required int? Zone { get; init; }

    protected override (Streak After, Problem? Refusal) Change(Streak before, bool isFirst, DateTimeOffset now)
    {
        var turned = before.Turned(isFirst, IsOn);
        return Zone is null || Zone == turned.Zone ? (turned, null)
            : turned.StateAt(now) is StreakState.Active or StreakState.Grey or StreakState.Lost ? (before, Problems.StreakRunning)
            : (turned.InZone(Zone.Value), null);
    }
}
