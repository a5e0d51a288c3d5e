using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>Whether a case waits for a decision.</summary>
public enum CaseState
{
    Open,
    Decided,
}

/// <summary>
/// All reports on one target, and what became of them. Every change is a write under its ETag, with what it adds in one batch.
/// </summary>
public sealed record Case : CaseDocument
{
    /// <summary>The document's id in every case's partition.</summary>
    public const string DocumentId = "case";

    /// <summary>How long a moderator has a case to themselves.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    public override string Id => DocumentId;

    public required CaseTarget Target { get; init; }

    public CaseState State { get; init; }

    /// <summary>That of the gravest reason since it was opened.</summary>
    public Severity Severity { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it should be decided at the latest.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>How cases are ordered: by <see cref="DueAt"/>, without ties.</summary>
    public string Urgency => $"{TimestampConverter.ToText(DueAt)}|{CaseId}";

    /// <summary>All reports that there ever were.</summary>
    public int Reports { get; init; }

    /// <summary>Users who reported it: each counts once, however often they do.</summary>
    public int Reporters { get; init; }

    /// <summary>Each reason once, by its first report.</summary>
    public IReadOnlyList<ReportReason> Reasons { get; init; } = [];

    /// <summary>Whether the user concerned asked for another look.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAppeal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? ClaimedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>The newest decision; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DecisionId? LastDecision { get; init; }

    /// <summary>
    /// Grows with every report, appeal and decision, and so tells what a moderator had seen. A claim changes nothing there.
    /// </summary>
    public int Version { get; init; }

    /// <summary>The version of the report that opened it last. An appeal is about what was decided, and leaves it.</summary>
    public int OpenedVersion { get; init; }

    /// <summary>The case after a report: a decided one opens again, by what this report says.</summary>
    /// <param name="before">Null when this is the first report on the target.</param>
    /// <param name="target">What is reported.</param>
    /// <param name="reason">Why.</param>
    /// <param name="isNewReporter">Whether its reporter hadn't reported the target before.</param>
    /// <param name="now">When.</param>
    public static Case After(Case? before, CaseTarget target, ReportReason reason, bool isNewReporter, DateTimeOffset now)
    {
        var dueAt = now + reason.Due();
        var opened = before is { State: CaseState.Open }
            ? before with
            {
                Severity = reason.SeverityOf() > before.Severity ? reason.SeverityOf() : before.Severity,
                DueAt = dueAt < before.DueAt ? dueAt : before.DueAt,
            }
            : (before ?? new Case { CaseId = target.CaseId, Target = target, OpenedAt = now, DueAt = dueAt })
                .Reopened(reason.SeverityOf(), now, dueAt) with
            {
                OpenedVersion = (before?.Version ?? 0) + 1,
            };
        return opened with
        {
            Reports = opened.Reports + 1,
            Reporters = opened.Reporters + (isNewReporter ? 1 : 0),
            Reasons = opened.Reasons.Contains(reason) ? opened.Reasons : [.. opened.Reasons, reason],
            Version = opened.Version + 1,
        };
    }

    /// <summary>The case after an appeal against its newest decision or an older one.</summary>
    public Case AfterAppeal(DateTimeOffset now)
    {
        var dueAt = now + ReportReasons.AppealDue;
        var opened = State == CaseState.Open ? this : Reopened(Severity, now, dueAt);
        return opened with { IsAppeal = true, Version = opened.Version + 1 };
    }

    /// <summary>The case with a moderator's lease; the refusal if another has one, or it is decided.</summary>
    public (Case? Claimed, Problem? Refusal) ClaimedFor(UserId moderator, DateTimeOffset now) =>
        Refusal(moderator, now) is { } refusal
            ? (null, refusal)
            : (this with { ClaimedBy = moderator, ClaimedUntil = now + Lease }, null);

    /// <summary>The case after a decision.</summary>
    public Case AfterDecision(DecisionId decision) => this with
    {
        State = CaseState.Decided,
        IsAppeal = false,
        ClaimedBy = null,
        ClaimedUntil = null,
        LastDecision = decision,
        Version = Version + 1,
    };

    /// <summary>Why a moderator may not work on it; null if they may.</summary>
    /// <param name="moderator">Who.</param>
    /// <param name="now">When.</param>
    /// <param name="isLift">Whether it is to take back a standing, which doesn't wait for a report or an appeal.</param>
    public Problem? Refusal(UserId moderator, DateTimeOffset now, bool isLift = false) =>
        Target.UserId == moderator ? Problems.NotAllowed
        : State == CaseState.Decided && !isLift ? Problems.CaseDecided
        : ClaimedBy is { } other && other != moderator && ClaimedUntil > now ? Problems.CaseClaimed
        : null;

    private Case Reopened(Severity severity, DateTimeOffset now, DateTimeOffset dueAt) =>
        this with { State = CaseState.Open, Severity = severity, OpenedAt = now, DueAt = dueAt };
}
