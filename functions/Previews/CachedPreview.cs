using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Previews;

/// <summary>
/// What a page said of itself less than a day ago, or that it said nothing; in container <c>media</c>, in a partition of its own.
/// </summary>
/// <param name="MediaId">The hash of the link, which is the partition.</param>
internal sealed record CachedPreview(string MediaId)
{
    /// <summary>The document's id in every partition.</summary>
    public const string DocumentId = "preview";

    /// <summary>No longer than a picture stays that no message refers to.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>How long a page isn't asked again that didn't answer.</summary>
    private static readonly TimeSpan FailureKept = TimeSpan.FromMinutes(5);

    /// <summary>The lease of a fetch. After it another process fetches the page.</summary>
    private static readonly TimeSpan FetchLease = TimeSpan.FromMinutes(1);

    [JsonPropertyOrder(-2)]
    public string Type => "preview";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    /// <summary>Without its picture; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LinkPreview? Preview { get; init; }

    /// <summary>Its picture; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Shared.MediaId? Image { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the page didn't answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFailed { get; init; }

    /// <summary>
    /// How often fetching it was begun without an end; 0 once there is one. What ends its process, as a picture might, so is given up.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Tries { get; init; }

    [JsonPropertyName("ttl")]
    public int TimeToLive => (int)Kept.TotalSeconds;

    public bool IsFreshAt(DateTimeOffset now) => now < At + (Tries > 0 ? FetchLease : IsFailed ? FailureKept : Kept);

    public static string KeyOf(string link) => OpaqueId.Hash("preview", link);
}
