using System.Text.Json.Serialization;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>A case as moderators see it in lists.</summary>
/// <param name="Reports">All reports that there ever were.</param>
/// <param name="Reporters">The users who reported it.</param>
/// <param name="IsAppeal">Whether the next decision answers an appeal.</param>
/// <param name="Version">What a decision has to name: it grows with every report, appeal and decision.</param>
public sealed record CaseView(
    CaseId CaseId,
    CaseTarget Target,
    CaseState State,
    Severity Severity,
    DateTimeOffset OpenedAt,
    DateTimeOffset DueAt,
    int Reports,
    int Reporters,
    IReadOnlyList<ReportReason> Reasons,
    bool IsAppeal,
    int Version)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? ClaimedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClaimedUntil { get; init; }

    internal static CaseView Of(Case one) =>
        new(
            one.CaseId,
            one.Target,
            one.State,
            one.Severity,
            one.OpenedAt,
            one.DueAt,
            one.Reports,
            one.Reporters,
            one.Reasons,
            one.IsAppeal,
            one.Version)
        {
            ClaimedBy = one.ClaimedBy,
            ClaimedUntil = one.ClaimedUntil,
        };
}

/// <summary>A page of cases, the most urgent first.</summary>
internal sealed record CasePage(IReadOnlyList<CaseView> Cases, string? Continuation);

/// <summary>A case with what was reported and decided, and a page of the evidence.</summary>
internal sealed record CaseDetails(
    CaseView Case,
    IReadOnlyList<ReportView> Reports,
    IReadOnlyList<DecisionView> Decisions,
    IReadOnlyList<AppealView> Appeals,
    IReadOnlyList<EvidenceView> Evidence,
    string? Continuation);

/// <summary>A report as moderators see it.</summary>
internal sealed record ReportView(string ReportId, UserId ReporterId, ReportReason Reason, DateTimeOffset At)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageId>? MessageIds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportedConversation? Conversation { get; init; }

    public static ReportView Of(Report report) => new(report.ReportId, report.ReporterId, report.Reason, report.At)
    {
        Note = report.Note,
        MessageIds = report.MessageIds,
        Conversation = report.Conversation,
    };
}

/// <summary>A decision as moderators see it.</summary>
internal sealed record DecisionView(
    DecisionId DecisionId,
    CaseId CaseId,
    UserId ModeratorId,
    DecisionAction Action,
    DecisionGround Ground,
    string Rule,
    bool IsOnAppeal,
    DateTimeOffset At)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    public static DecisionView Of(CaseDecision one) =>
        new(one.DecisionId, one.CaseId, one.ModeratorId, one.Action, one.Ground, one.Rule, one.IsOnAppeal, one.At)
        {
            Scope = one.Scope,
            Until = one.Until,
            Note = one.Note,
        };
}

/// <summary>An appeal as moderators see it.</summary>
internal sealed record AppealView(DecisionId DecisionId, UserId UserId, string Text, DateTimeOffset At);

/// <summary>A piece of evidence: a message in a version, or a former text of it.</summary>
/// <param name="At">When it was copied.</param>
/// <param name="IsReported">False for what was said before and after.</param>
internal sealed record EvidenceView(MessageId MessageId, long Seq, DateTimeOffset At, bool IsReported)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageView? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RevisionView? Revision { get; init; }

    /// <summary>The word lists that the message, or an edit of it, was flagged by; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>The files of which a copy is kept, which were photos only at first; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EvidenceFile>? Photos { get; init; }

    public static EvidenceView Of(Evidence one) => new(one.MessageId, one.Seq, one.At, one.ReportedAt is not null)
    {
        Photos = one.Photos?.Select(file => new EvidenceFile(file)).ToList(),
        Message = one.Message,
        Revision = one.Revision,
        Flags = one.Flags,
    };
}

/// <summary>A copy of a reported file.</summary>
internal sealed record EvidenceFile(MediaId MediaId)
{
    /// <summary>
    /// Where it is found for about an hour. Nothing is any more 180 days after the last report that came while the file was there.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? Url { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }
}
