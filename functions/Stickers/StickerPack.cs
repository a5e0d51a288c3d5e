using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Stickers;

/// <summary>A pack of stickers that the host app registered, in the settings.</summary>
public sealed record StickerPack
{
    /// <summary>The partition of all packs.</summary>
    public const string Partition = "stickerPack";

    [JsonPropertyOrder(-2)]
    public string Type => Partition;

    [JsonPropertyOrder(-1)]
    public string Id => PackId.Value;

    public required StickerPackId PackId { get; init; }

    public required string Title { get; init; }

    /// <summary>In the order in which clients show them; each id once.</summary>
    public required IReadOnlyList<Sticker> Stickers { get; init; }
}

/// <summary>A sticker of a pack.</summary>
/// <param name="Url">Where its picture is: an https address of the host app's.</param>
/// <param name="Description">What it shows, for those who don't see it; null for nothing.</param>
public sealed record Sticker(
    StickerId StickerId,
    string Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description);

/// <summary>A sticker that a message is to show.</summary>
public sealed record ChosenSticker(StickerPackId PackId, StickerId StickerId)
{
    /// <summary>Reads it from a request's body; null for none.</summary>
    public static ChosenSticker? Read(RequestBody body) =>
        body.OptionalObject("sticker") is { } given
            ? new(new StickerPackId(given.ChosenId("packId")), new StickerId(given.ChosenId("stickerId")))
            : null;
}

/// <summary>A sticker as a message shows it: what it was when the message was sent, whatever became of its pack.</summary>
public sealed record SentSticker(
    StickerPackId PackId,
    StickerId StickerId,
    string Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description)
{
    /// <summary>The kind of its preview in lists.</summary>
    public const string Kind = "sticker";
}
