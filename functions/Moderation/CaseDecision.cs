using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>What a moderator can do about a case.</summary>
public enum DecisionAction
{
    /// <summary>Nothing; on an appeal: takes back what the case's decisions did to the user.</summary>
    Dismiss,

    /// <summary>Takes the reported messages back for everyone.</summary>
    Remove,

    /// <summary>Tells the user that a rule was broken.</summary>
    Warn,

    /// <summary>No first contact, no media.</summary>
    Restrict,

    /// <summary>Reading only.</summary>
    Suspend,

    /// <summary>Nothing at all.</summary>
    Ban,

    /// <summary>Closes the conversation for everyone: to its members it is as a deleted one.</summary>
    Close,

    /// <summary>Takes back what the case's decisions did to the user's standing, also once the case is decided.</summary>
    Lift,
}

/// <summary>What a decision goes by.</summary>
public enum DecisionGround
{
    Law,
    Terms,
}

/// <summary>What a moderator decided, when and why: an entry of the audit log, written once.</summary>
public sealed record CaseDecision : CaseDocument
{
    public override string Id => DocumentId(DecisionId);

    public required DecisionId DecisionId { get; init; }

    public required UserId ModeratorId { get; init; }

    public required DecisionAction Action { get; init; }

    /// <summary>What it covers, in words for the user concerned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    /// <summary>When a standing ends by itself; null for one that doesn't.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    public required DecisionGround Ground { get; init; }

    /// <summary>The law's or rule's name, for the user concerned.</summary>
    public required string Rule { get; init; }

    /// <summary>For moderators alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    public required CaseTarget Target { get; init; }

    /// <summary>Whether it decided an appeal, and so replaces what the case's decisions before did to the user.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOnAppeal { get; init; }

    /// <summary>The case's version that it decided: of two decisions of a case the later has the higher.</summary>
    public required int CaseVersion { get; init; }

    /// <summary>The case's version by the report that opened it: what was reported from then on is what it is about.</summary>
    public int OpenedVersion { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it replaces what the case's decisions before did to the user's standing, and doesn't only add to it.</summary>
    [JsonIgnore]
    public bool ReplacesStanding => IsOnAppeal || Action == DecisionAction.Lift;

    /// <summary>
    /// Whether the user concerned is told. They aren't of a report that came to nothing: it would tell them that somebody reported them.
    /// </summary>
    [JsonIgnore]
    public bool IsTold => Target.UserId is not null && (Action != DecisionAction.Dismiss || IsOnAppeal);

    public static string DocumentId(DecisionId decision) => $"d:{decision.Value}";

    /// <summary>Whether a request asks for what was decided.</summary>
    public bool Says(DecisionRequest request, UserId moderator) =>
        (ModeratorId, CaseVersion, Action, Scope, Until, Ground, Rule, Note)
        == (moderator, request.Version, request.Action, request.Scope, request.Until, request.Ground, request.Rule, request.Note);
}

/// <summary>Notes that all that a decision does is done.</summary>
public sealed record DecisionApplied : CaseDocument
{
    public override string Id => DocumentId(DecisionId);

    public required DecisionId DecisionId { get; init; }

    public required DateTimeOffset At { get; init; }

    public static string DocumentId(DecisionId decision) => $"done:{decision.Value}";
}

/// <summary>What the user concerned says against a decision; once for each.</summary>
public sealed record Appeal : CaseDocument
{
    public override string Id => DocumentId(DecisionId);

    public required DecisionId DecisionId { get; init; }

    public required UserId UserId { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }

    public static string DocumentId(DecisionId decision) => $"a:{decision.Value}";
}
