using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Shared;

namespace Chat.Functions.Gifs;

/// <summary>A GIF that can be sent as a card.</summary>
/// <param name="Id">The card's id.</param>
/// <param name="Url">The https address of the picture, at a host where cards' thumbnails may be.</param>
/// <param name="PreviewUrl">The same of a smaller one.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Title">What it shows in words: 1 to 128 Unicode scalar values.</param>
internal sealed record Gif(ContentId Id, string Url, string PreviewUrl, int Width, int Height, string Title)
{
    /// <summary>The type of its card.</summary>
    public const string CardType = "gif";
}

/// <summary>GIFs that were found, and where the search goes on.</summary>
internal sealed record GifPage(IReadOnlyList<Gif> Gifs)
{
    /// <summary>The host app's own; null when there are no more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cursor { get; init; }

    /// <summary>Reads what the host app answered. A GIF that couldn't be sent is left out, as is one that is there twice.</summary>
    /// <exception cref="JsonException">It isn't JSON, or something has another type.</exception>
    /// <exception cref="InvalidDataException">It isn't a page of at most so many.</exception>
    public static GifPage Read(ReadOnlySpan<byte> json, int limit, CardOptions cards)
    {
        var answer = JsonSerializer.Deserialize(json, ChatJson.Default.GifAnswer);
        if (answer?.Gifs is not { } gifs || gifs.Count > limit || !(answer.Cursor is null || GifSearch.IsCursor(answer.Cursor)))
        {
            throw new InvalidDataException("The answer isn't a page of GIFs.");
        }

        return new([.. gifs.Select(gif => gif?.Checked(cards)).OfType<Gif>().DistinctBy(gif => gif.Id)]) { Cursor = answer.Cursor };
    }
}

/// <summary>What is searched for; without words it is what many like now.</summary>
internal sealed record GifSearch(string Words, string? Cursor, int Limit)
{
    public const int MaxWords = 100;
    public const int MaxLimit = 30;

    private const int MaxCursor = 256;

    /// <summary>Whether it can be a cursor: 1 to 256 printable ASCII characters, no space.</summary>
    public static bool IsCursor(string text) => text is { Length: >= 1 and <= MaxCursor } && text.All(one => one is > ' ' and <= '~');
}

/// <summary>What the host app answers.</summary>
internal sealed record GifAnswer
{
    public IReadOnlyList<AnsweredGif?>? Gifs { get; init; }

    public string? Cursor { get; init; }
}

/// <summary>A GIF as the host app says it.</summary>
internal sealed record AnsweredGif
{
    private const int MaxPixels = 10_000;

    public string? Id { get; init; }

    public string? Url { get; init; }

    public string? PreviewUrl { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public string? Title { get; init; }

    /// <summary>The GIF; null where a card of it would be refused, or could not be shown.</summary>
    public Gif? Checked(CardOptions cards) =>
        ContentId.TryParse(Id, out var id)
        && IsAddress(Url, cards)
        && IsAddress(PreviewUrl, cards)
        && Width is >= 1 and <= MaxPixels
        && Height is >= 1 and <= MaxPixels
        && Title is { Length: > 0 } title
        && !title.Contains('\0', StringComparison.Ordinal)
        && title.EnumerateRunes().Count() <= Card.MaxText
            ? new(id, Url!, PreviewUrl!, Width, Height, title)
            : null;

    private static bool IsAddress(string? text, CardOptions cards) =>
        text is { Length: > 0 and <= Card.MaxAddress } && RequestBody.IsWebAddress(text) && cards.AllowsThumbnail(text);
}
