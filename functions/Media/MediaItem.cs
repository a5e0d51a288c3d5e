using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>An uploaded file as stored, from the first request for an address on.</summary>
/// <remarks>
/// In container <c>media</c>, one per partition, beside the references of messages. Its state is changed under its ETag only. It vanishes
/// by itself only while no message ever referred to it.
/// </remarks>
public sealed record MediaItem
{
    /// <summary>The document's id in every partition.</summary>
    public const string DocumentId = "media";

    /// <summary>The only kind so far.</summary>
    public const string Image = "image";

    /// <summary>After how long what no message refers to is deleted.</summary>
    public static readonly TimeSpan UnusedFor = TimeSpan.FromHours(24);

    /// <summary>Longer than any queue message about it is on its way.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(15);

    [JsonPropertyOrder(-2)]
    public string Type => "media";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required MediaId MediaId { get; init; }

    public required UserId OwnerId { get; init; }

    /// <summary>The conversation that it was uploaded for.</summary>
    public required ConversationId ConversationId { get; init; }

    public required string Kind { get; init; }

    /// <summary>As declared by its owner.</summary>
    public required string ContentType { get; init; }

    /// <summary>As declared by its owner.</summary>
    public required int Bytes { get; init; }

    /// <summary>As declared by its owner: 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    public required MediaState State { get; init; }

    /// <summary>Why it failed: a code for clients. Null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when the newest address for its upload is good.</summary>
    public required DateTimeOffset UrlExpiresAt { get; init; }

    /// <summary>The ETag of what was uploaded, as it was when its owner said that it is there. Nothing else is read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UploadETag { get; init; }

    /// <summary>In pixels, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Blurhash { get; init; }

    /// <summary>What is stored of it, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MediaVariant>? Variants { get; init; }

    /// <summary>When a message referred to it last. Null while none ever did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AttachedAt { get; init; }

    /// <summary>In seconds; −1 for good.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive => AttachedAt is null || State == MediaState.Deleted ? (int)Kept.TotalSeconds : -1;

    /// <summary>Whether both are declared the same.</summary>
    public bool IsSameAs(MediaItem other) =>
        (OwnerId, ConversationId, Kind, ContentType, Bytes, Sha256)
        == (other.OwnerId, other.ConversationId, other.Kind, other.ContentType, other.Bytes, other.Sha256);

    public MediaItem Failed(string reason) => this with { State = MediaState.Failed, Reason = reason };
}

/// <summary>What is stored of an uploaded file in one size. Its name is that of its blob.</summary>
public sealed record MediaVariant(string Name, int Width, int Height, string ContentType, int Bytes);

/// <summary>What became of an upload.</summary>
public enum MediaState
{
    /// <summary>Its owner has an address to put it at.</summary>
    Pending,

    /// <summary>It is there, and is looked at.</summary>
    Processing,

    Ready,

    /// <summary>It isn't what it was declared as, or can't be shown. Nothing of it is stored.</summary>
    Failed,

    /// <summary>No message refers to it any more. Nothing of it is stored.</summary>
    Deleted,
}
