using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>Commits decisions. What is committed stands; <see cref="DecisionEffects"/> does what it says.</summary>
/// <remarks>
/// The queue is told before the decision is written. A process that dies in between so leaves a message that does nothing, and one
/// that dies later leaves one that does the rest.
/// </remarks>
public sealed class CaseDecisions(CaseStore cases, ModerationQueue queue, TimeProvider time)
{
    /// <summary>When the queue sees to it that a decision has had its effects: after whoever made it did, as a rule.</summary>
    public static readonly TimeSpan RepairAfter = TimeSpan.FromSeconds(10);

    /// <summary>Decides a case.</summary>
    /// <param name="id">The case.</param>
    /// <param name="moderator">Who decides.</param>
    /// <param name="request">What.</param>
    /// <param name="key">By which a retry is recognised; null to recognise it by moderator and content.</param>
    /// <param name="isFull">Why a user can't be given a standing; null if none is given.</param>
    /// <param name="repairAfter">When the queue sees to the effects.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The decision, the first one for a retry; or the refusal.</returns>
    public async Task<CommittedDecision> CommitAsync(
        CaseId id,
        UserId moderator,
        DecisionRequest request,
        string? key,
        Func<UserId, Problem?>? isFull,
        TimeSpan repairAfter,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await cases.ReadAsync(id, cancellationToken);
            if (found is null)
            {
                return new(null, false, Problems.CaseNotFound);
            }

            var decisionId = new DecisionId(key is null
                ? OpaqueId.Hash("decision", id.Value, string.Create(null, $"{found.Version}"))
                : OpaqueId.Hash("decision", id.Value, moderator.Value, "key", key));
            if (await FirstAsync(found, decisionId, key, cancellationToken) is { } first)
            {
                if (first.Says(request, moderator))
                {
                    return new(first, true, null);
                }

                if (key is not null)
                {
                    return new(null, false, Problems.IdempotencyKeyReused);
                }
            }

            var now = time.GetUtcNow();
            if ((found.Refusal(moderator, now, request.Action == DecisionAction.Lift)
                ?? request.Refusal(found)
                ?? (found.Target.UserId is { } target ? isFull?.Invoke(target) : null)) is { } refusal)
            {
                return new(null, false, refusal);
            }

            var decision = new CaseDecision
            {
                CaseId = id,
                DecisionId = decisionId,
                ModeratorId = moderator,
                Action = request.Action,
                Scope = request.Scope,
                Until = request.Until,
                Ground = request.Ground,
                Rule = request.Rule,
                Note = request.Note,
                Target = found.Target,
                IsOnAppeal = found.IsAppeal,
                CaseVersion = found.Version,
                OpenedVersion = found.OpenedVersion,
                At = now,
            };
            await queue.SendAsync(new ApplyDecision(id, decisionId), now + repairAfter, cancellationToken);
            if (await cases.TryCommitAsync(found.AfterDecision(decisionId), etag, [decision], cancellationToken))
            {
                if (time.GetUtcNow() - now >= repairAfter)
                {
                    // The write took so long that the queue message may have found no decision yet.
                    await queue.SendAsync(new ApplyDecision(id, decisionId), now, cancellationToken);
                }

                return new(decision, false, null);
            }
        }
    }

    /// <summary>The decision that this may be a retry of: the one under the key, or without a key the newest of a decided case.</summary>
    private async Task<CaseDecision?> FirstAsync(Case found, DecisionId id, string? key, CancellationToken cancellationToken)
    {
        var first = key is not null ? id : found.State == CaseState.Decided ? found.LastDecision : null;
        return first is { } one
            ? await cases.FindAsync(found.CaseId, CaseDecision.DocumentId(one), ChatJson.Default.CaseDecision, cancellationToken)
            : null;
    }
}

/// <summary>What became of a request for a decision.</summary>
public sealed record CommittedDecision(CaseDecision? Decision, bool IsRepeat, Problem? Refusal);
