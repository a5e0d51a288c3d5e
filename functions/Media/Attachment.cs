using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>What a message says of a file that it refers to, as of when that last changed. Never an address.</summary>
/// <param name="ContentType">Of the file as it is shown; as declared until it is ready.</param>
/// <param name="Bytes">As <paramref name="ContentType"/>.</param>
public sealed record Attachment(MediaId MediaId, string Kind, MediaState State, string ContentType, int Bytes)
{
    /// <summary>In pixels, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    /// <summary>What to show until the file is there: https://blurha.sh. Of a video, as its sender says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Blurhash { get; init; }

    /// <summary>How long a recording or a video is, once it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DurationMs { get; init; }

    /// <summary>How loud a recording is from its beginning to its end, in 64 parts from 0 to 100, as its sender says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Waveform { get; init; }

    /// <summary>What a file is called. Nothing of it leads out of a folder, or shows as something else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FileName { get; init; }

    public bool Equals(Attachment? other) =>
        other is not null
        && (MediaId, Kind, State, ContentType, Bytes, Width, Height, Blurhash, DurationMs, FileName)
            == (other.MediaId, other.Kind, other.State, other.ContentType, other.Bytes, other.Width, other.Height, other.Blurhash,
                other.DurationMs, other.FileName)
        && (Waveform ?? []).SequenceEqual(other.Waveform ?? []);

    public override int GetHashCode() => HashCode.Combine(MediaId, State);

    public static Attachment Of(MediaItem item)
    {
        var known = item.Known();
        return new(
            known.MediaId,
            known.Kind,
            known.State,
            known.Variants?[0].ContentType ?? known.ContentType,
            known.Variants?[0].Bytes ?? known.Bytes)
        {
            Width = known.Width,
            Height = known.Height,
            Blurhash = known.Blurhash,
            DurationMs = known.DurationMs,
            Waveform = known.Waveform,
            FileName = known.FileName,
        };
    }
}

/// <summary>A file that a message is to refer to.</summary>
public sealed record AttachedMedia(MediaId MediaId)
{
    /// <summary>Reads them from a request's body; null for none.</summary>
    public static IReadOnlyList<AttachedMedia>? Read(RequestBody body, Limits limits)
    {
        if (!body.Has("attachments"))
        {
            return null;
        }

        List<AttachedMedia> all =
            [.. body.Objects("attachments", 1, limits.Attachments).Select(item => new AttachedMedia(item.MediaId("mediaId")))];
        if (all.Distinct().Count() < all.Count)
        {
            body.Fault("/attachments", "repeated", "Each mediaId must be given once.");
        }

        return all;
    }
}
