using System.Text.Json.Serialization;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Functions.Standings;

/// <summary>What moderation keeps a user from, from nothing to everything.</summary>
public enum Standing
{
    None,

    /// <summary>No first contact, no media.</summary>
    Restricted,

    /// <summary>Reading only.</summary>
    Suspended,

    /// <summary>Nothing but what concerns themselves.</summary>
    Banned,

    /// <summary>Nothing: their account was erased, which no moderator decides.</summary>
    Erased,
}

/// <summary>What each standing keeps a user from.</summary>
public static class StandingRules
{
    /// <summary>Whether they may write to somebody for the first time, or add them to a group.</summary>
    public static bool MayMakeFirstContact(this Standing standing) => standing == Standing.None;

    /// <summary>Whether they may send anything but text.</summary>
    public static bool MaySendMedia(this Standing standing) => standing == Standing.None;

    /// <summary>The refusal of whatever writes; null if they may.</summary>
    public static Problem? WriteRefusal(this Standing standing) => standing switch
    {
        Standing.Erased => Problems.AccountErased,
        Standing.Banned => Problems.Banned,
        Standing.Suspended => Problems.Suspended,
        _ => null,
    };
}

/// <summary>A user's standing by all decisions, in the one partition that every instance keeps in memory.</summary>
public sealed record UserStanding : CaseDocument
{
    /// <summary>The partition. No case has this id, which is shorter than theirs.</summary>
    public static readonly CaseId Partition = new("standings");

    /// <summary>How long what is over stays: longer than a queue keeps a decision that is still to be applied.</summary>
    public static readonly TimeSpan KeptAfter = TimeSpan.FromDays(30);

    public override string Id => DocumentId(UserId);

    public required UserId UserId { get; init; }

    /// <summary>
    /// What decisions say that still counts, of each case from the newest on that answered an appeal or lifted a standing.
    /// </summary>
    public required IReadOnlyList<StandingSource> Sources { get; init; }

    public static string DocumentId(UserId user) => $"u:{user.Value}";

    /// <summary>The gravest that holds at an instant.</summary>
    public Standing At(DateTimeOffset now) =>
        Sources.Where(source => source.HoldsAt(now)).Select(source => source.Standing).DefaultIfEmpty().Max();

    /// <summary>When the gravest ends by itself; null if it doesn't, or there is none.</summary>
    public DateTimeOffset? Until(DateTimeOffset now)
    {
        var standing = At(now);
        List<DateTimeOffset?> ends =
        [
            .. Sources.Where(source => source.HoldsAt(now) && source.Standing == standing).Select(source => source.Until),
        ];
        return standing == Standing.None || ends.Contains(null) ? null : ends.Max();
    }

    /// <summary>
    /// The standing with what a decision says; as it is if that was there, or a newer decision of the same case replaced it. A decision
    /// that neither answers an appeal nor lifts takes nothing away: the graver holds, and of two alike the longer.
    /// </summary>
    public UserStanding With(StandingSource source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Sources.Any(other => other.Replaces(source) || (other.CaseId == source.CaseId && other.Version == source.Version)))
        {
            return this;
        }

        IReadOnlyList<StandingSource> sources = [.. Sources.Where(other => !source.Replaces(other) && !other.IsOver(now)), source];
        DateTimeOffset? end = sources.Any(other => other is { Standing: not Standing.None, Until: null })
            ? null
            : sources.Select(other => other.Until ?? now).Append(now).Max() + KeptAfter;
        return this with { Sources = sources, TimeToLive = end is { } at ? (int)(at - now).TotalSeconds : null };
    }
}

/// <summary>A standing by a decision of a case.</summary>
/// <param name="Version">The case's version that was decided.</param>
/// <param name="Standing">None once it was lifted.</param>
/// <param name="Until">When it ends by itself; null if it doesn't.</param>
public sealed record StandingSource(
    CaseId CaseId,
    DecisionId DecisionId,
    int Version,
    Standing Standing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Until)
{
    /// <summary>Whether it answered an appeal or lifted a standing, and so replaces what was decided before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOnAppeal { get; init; }

    public bool HoldsAt(DateTimeOffset now) => Standing != Standing.None && !(Until <= now);

    /// <summary>Whether an older decision of the same case says nothing any more beside this one.</summary>
    internal bool Replaces(StandingSource other) =>
        other.CaseId == CaseId && other.Version < Version
        && (IsOnAppeal || (!other.IsOnAppeal && other.Standing <= Standing && (Until is null || other.Until <= Until)));

    /// <summary>Whether it ended so long ago that no older decision can come any more. What was lifted is kept with the document.</summary>
    internal bool IsOver(DateTimeOffset now) => Until + UserStanding.KeptAfter <= now;
}
