using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>
/// An expected refusal: a value, answered as <c>application/problem+json</c> (RFC 9457) with a stable <c>code</c>.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">What clients branch on; never renamed. All codes are in <see cref="Problems"/>.</param>
/// <param name="Title">A short description, the same for every occurrence.</param>
public sealed record Problem(int Status, string Code, string Title)
{
    /// <summary>What is specific to this occurrence. Never echoes input.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Every fault of a malformed request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Fault>? Errors { get; init; }

    /// <summary>The limit that was exceeded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Limit? Limit { get; init; }

    /// <summary>When to retry; the <c>Retry-After</c> header.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How far a rate is used up; the <c>RateLimit-Policy</c> and <c>RateLimit</c> headers.</summary>
    [JsonIgnore]
    public RateUse? Rate { get; init; }

    /// <summary>The methods that the path has; the <c>Allow</c> header.</summary>
    [JsonIgnore]
    public IReadOnlyList<string>? Allow { get; init; }

    public IResult ToResult() => new ProblemResult(this);
}

/// <summary>
/// One fault of a request. The pointer is a JSON pointer into the body, or the name of a query parameter or header.
/// </summary>
public sealed record Fault(string Pointer, string Code, string Detail);

/// <summary>A limit's name, as in the documentation, and its value.</summary>
public sealed record Limit(string Name, long Value);

/// <summary>How far a rate is used up.</summary>
/// <param name="Quota">How many are possible in a window.</param>
/// <param name="Window">The time after which all of them are possible again.</param>
/// <param name="Left">How many are left.</param>
/// <param name="Wait">How long until there are enough.</param>
public readonly record struct RateUse(long Quota, TimeSpan Window, long Left, TimeSpan Wait);
