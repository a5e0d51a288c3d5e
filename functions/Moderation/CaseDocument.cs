using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Chat.Functions.Standings;

namespace Chat.Functions.Moderation;

/// <summary>A document of container <c>moderation</c>. Nothing that happens to what it is about changes or deletes it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Case), "case")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(Reporter), "reporter")]
[JsonDerivedType(typeof(Evidence), "evidence")]
[JsonDerivedType(typeof(CaseDecision), "decision")]
[JsonDerivedType(typeof(DecisionApplied), "applied")]
[JsonDerivedType(typeof(Appeal), "appeal")]
[JsonDerivedType(typeof(UserStanding), "standing")]
public abstract record CaseDocument
{
    [JsonPropertyOrder(-1)]
    public abstract string Id { get; }

    public required CaseId CaseId { get; init; }

    /// <summary>Seconds from the last write until it vanishes; null for what stays.</summary>
    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive { get; init; }
}
