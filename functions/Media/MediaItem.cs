using System.Text.Json.Serialization;
using Chat.Functions.Media.Images;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>An uploaded file as stored.</summary>
/// <remarks>
/// As declared among its owner's <see cref="OpenUploads"/>; once it is there, in container <c>media</c>, one per partition, beside the
/// references of messages. Its state is changed under its ETag only. It vanishes by itself only while no message refers to it.
/// </remarks>
public sealed record MediaItem
{
    /// <summary>The document's id in every partition.</summary>
    public const string DocumentId = "media";

    /// <summary>A picture.</summary>
    public const string Image = "image";

    /// <summary>A recording of what somebody says.</summary>
    public const string Voice = "voice";

    /// <summary>Pictures that move, as a rule with sound.</summary>
    public const string Video = "video";

    /// <summary>Whatever it is: it is kept as it came, and never shown.</summary>
    public const string File = "file";

    /// <summary>How many values a waveform has.</summary>
    public const int WaveformParts = 64;

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

    /// <summary>Of a picture, once it is ready; of a video, as declared by its owner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Blurhash { get; init; }

    /// <summary>How long a recording or a video is, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DurationMs { get; init; }

    /// <summary>How loud a recording is from its beginning to its end, as declared by its owner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Waveform { get; init; }

    /// <summary>What a file is called, as its owner says and <see cref="FileNames"/> cleans it, with listed words masked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FileName { get; init; }

    /// <summary>What is stored of it, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MediaVariant>? Variants { get; init; }

    /// <summary>What the host app is asked to scan, while it is held; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PendingScan? Scan { get; init; }

    /// <summary>
    /// Until when it isn't deleted, since a copy of it is to be made for moderators; null where none is, or was made at once.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>
    /// How often processing it was begun again, or took too long. So what ends its process each time is given up, and not what was
    /// processed beside it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Repeats { get; init; }

    /// <summary>
    /// A message that refers to it, or is to: the one that it was uploaded for, as a rule. It saves a document. Further ones have theirs.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FirstReference? First { get; init; }

    /// <inheritdoc cref="First"/>
    [JsonIgnore]
    public MediaReference? FirstReference => First?.To(MediaId);

    /// <summary>Whether there is a document of a reference, or was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasMore { get; init; }

    /// <summary>In seconds; −1 for good.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive => (First is null && !HasMore) || State == MediaState.Deleted ? (int)Kept.TotalSeconds : -1;

    /// <summary>Whether both are declared the same, but for masked words. Of a deleted one not all of that is known any more.</summary>
    public bool IsSameAs(MediaItem other) =>
        (OwnerId, ConversationId, Kind, ContentType, Bytes, Sha256)
        == (other.OwnerId, other.ConversationId, other.Kind, other.ContentType, other.Bytes, other.Sha256)
        && (State == MediaState.Deleted
            || (FileNames.IsSame(FileName, other.FileName)
                && (Kind != Video || Blurhash == other.Blurhash)
                && (Waveform ?? []).SequenceEqual(other.Waveform ?? [])));

    /// <summary>What it was is forgotten, but what tells it from others.</summary>
    public MediaItem Deleted() =>
        this with
        {
            State = MediaState.Deleted,
            Reason = null,
            Blurhash = null,
            Waveform = null,
            FileName = null,
            Variants = null,
            Scan = null,
        };

    public MediaItem Failed(string reason) => As(MediaState.Failed) with { Reason = reason };

    /// <summary>A file that only waits for its scan.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sha256">Of what is to be shown.</param>
    public MediaItem HeldFrom(DateTimeOffset now, string sha256) => this with { State = MediaState.Held, Scan = new(now, sha256) };

    /// <summary>What others and its owner may know: what is held is still processed, for all that they see.</summary>
    public MediaItem Known() => State == MediaState.Held ? As(MediaState.Processing) : this;

    /// <summary>As it was declared.</summary>
    private MediaItem As(MediaState state) => this with
    {
        State = state,
        Width = null,
        Height = null,
        Blurhash = Kind == Video ? Blurhash : null,
        DurationMs = null,
        Variants = null,
        Scan = null,
    };
}

/// <summary>What is stored of an uploaded file, of a picture in one size. Its name is that of its blob.</summary>
public sealed record MediaVariant(string Name, string ContentType, int Bytes)
{
    /// <summary>The only one of what isn't a picture.</summary>
    public const string Original = "original";

    /// <summary>Of a picture, in pixels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    public static MediaVariant Of(ImageVariant variant) =>
        new(variant.Name, variant.ContentType, variant.Content.Length) { Width = variant.Width, Height = variant.Height };
}

/// <summary>A scan without a verdict.</summary>
/// <param name="Since">When the file was ready for it.</param>
/// <param name="Sha256">Of what is to be shown, of a picture the original: 64 lower-case hexadecimal digits.</param>
public sealed record PendingScan(DateTimeOffset Since, string Sha256);

/// <summary>What became of an upload.</summary>
public enum MediaState
{
    /// <summary>Its owner has an address to put it at.</summary>
    Pending,

    /// <summary>It is there, and is looked at.</summary>
    Processing,

    /// <summary>It could be shown, but the host app didn't call it clean yet. Clients know it as <see cref="Processing"/>.</summary>
    Held,

    Ready,

    /// <summary>It isn't what it was declared as, or can't be shown. Nothing of it is stored.</summary>
    Failed,

    /// <summary>No message refers to it any more. Nothing of it is stored.</summary>
    Deleted,
}
