using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>What a moderator decides.</summary>
/// <param name="Version">The case's version that the moderator saw.</param>
public sealed record DecisionRequest(int Version, DecisionAction Action, DecisionGround Ground, string Rule)
{
    private static readonly TimeSpan MostUntil = TimeSpan.FromDays(3650);

    public string? Scope { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Note { get; init; }

    /// <summary>Whether it restricts, suspends or bans.</summary>
    public bool GivesStanding => Action is DecisionAction.Restrict or DecisionAction.Suspend or DecisionAction.Ban;

    /// <summary>Reads it from a body; faults are noted there.</summary>
    public static DecisionRequest Read(RequestBody body, Limits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(limits);
        var request = new DecisionRequest(
            (int)Math.Min(body.Seq("version", 1), int.MaxValue),
            Word<DecisionAction>(body, "action"),
            Word<DecisionGround>(body, "ground"),
            body.Text("rule", limits.Rule))
        {
            Scope = body.Has("scope") ? body.Text("scope", limits.Rule) : null,
            Until = body.Has("until") ? body.Instant("until") : null,
            Note = body.Has("note") ? body.Text("note", limits.Note) : null,
        };
        if (request.Fault(now) is var (pointer, code, detail))
        {
            body.Fault(pointer, code, detail);
        }

        return request;
    }

    /// <summary>What isn't right whatever the case is about; null if nothing.</summary>
    public (string Pointer, string Code, string Detail)? Fault(DateTimeOffset now) => this switch
    {
        { Until: null } => null,
        { GivesStanding: false } =>
            ("/until", "not_allowed", "Only restrict, suspend and ban end by themselves."),
        { Until: { } until } when until <= now || until > now + MostUntil =>
            ("/until", "out_of_range", "Must be ahead, and 10 years at most."),
        _ => null,
    };

    /// <summary>The refusal of what can't be done about a case, or goes by what isn't all of it any more; null if it can.</summary>
    public Problem? Refusal(Case found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (found.Version != Version)
        {
            return Problems.CaseChanged;
        }

        var target = found.Target;
        var isPossible = Action switch
        {
            DecisionAction.Dismiss => true,
            DecisionAction.Remove => target.Kind == TargetKind.Messages,
            DecisionAction.Close => target.ConversationId is not null,
            _ => target.UserId is not null,
        };
        return isPossible ? null : Problems.Malformed([new Fault("/action", "not_allowed", "Can't be done about what was reported.")]);
    }

    private static T Word<T>(RequestBody body, string name)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().ToDictionary(JsonNamingPolicy.CamelCase.ConvertName, Enum.Parse<T>, StringComparer.Ordinal);
        return words.GetValueOrDefault(body.OneOf(name, [.. words.Keys]));
    }
}
