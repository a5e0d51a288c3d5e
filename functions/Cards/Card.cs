using System.Text;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Cards;

/// <summary>A reference to a thing of the host app's, and what a message shows of it where the host app isn't asked.</summary>
/// <param name="Type">What it is: one of <see cref="CardOptions.Types"/>, as they were when it was sent.</param>
/// <param name="Id">Which one, in the host app's words.</param>
public sealed record Card(string Type, ContentId Id)
{
    /// <summary>The host app took the thing down, for good. Its type, id and end are all that is stored of the card.</summary>
    public const string Revoked = "revoked";

    /// <summary><see cref="ExpiresAt"/> is over.</summary>
    public const string Expired = "expired";

    /// <summary>The host app doesn't show the thing to this viewer.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>Of title and subtitle, in Unicode scalar values.</summary>
    public const int MaxText = 128;

    /// <summary>Of the app's own, in UTF-8.</summary>
    public const int MaxExtraBytes = 1024;

    /// <summary>Of the picture's address, in characters.</summary>
    public const int MaxAddress = 1024;

    /// <summary>1 to 128 Unicode scalar values; null once it is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>1 to 128 Unicode scalar values; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subtitle { get; init; }

    /// <summary>The https address of a picture, which is never fetched here; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThumbnailUrl { get; init; }

    /// <summary>The app's own, at most 1,024 bytes in UTF-8, kept as it is; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Extra { get; init; }

    /// <summary>From when on it isn't shown any more, as a story; null when it stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why it shows nothing: one of the constants. Null while it does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Gone { get; init; }

    /// <summary>The same for all cards of one thing, by which they are found.</summary>
    [JsonIgnore]
    public string Key => KeyOf(Type, Id);

    public static string KeyOf(string type, ContentId id) => OpaqueId.Hash("card", type, id.Value);

    /// <summary>The card as it may be shown at an instant.</summary>
    public Card At(DateTimeOffset now) => Gone is null && ExpiresAt <= now ? Without(Expired) : this;

    /// <summary>The card without anything to show.</summary>
    public Card Without(string reason) => new(Type, Id) { ExpiresAt = ExpiresAt, Gone = reason };

    /// <summary>Reads them from a body and notes every fault; null for none. Their types are for <see cref="CardPolicy"/>.</summary>
    public static IReadOnlyList<Card>? Read(RequestBody body, Limits limits)
    {
        if (!body.Has("cards"))
        {
            return null;
        }

        List<Card> all = [.. body.Objects("cards", 1, limits.Cards).Select(Read)];
        if (all.DistinctBy(card => card.Key, StringComparer.Ordinal).Count() < all.Count)
        {
            body.Fault("/cards", "repeated", "Each thing must be given once.");
        }

        return all;
    }

    private static Card Read(RequestBody item)
    {
        var extra = item.Has("extra") ? item.Text("extra", MaxExtraBytes) : null;
        if (extra is not null && Encoding.UTF8.GetByteCount(extra) > MaxExtraBytes)
        {
            item.Fault("/extra", "too_long", $"At most {MaxExtraBytes} bytes in UTF-8.");
        }

        return new(item.ClientId("type"), item.ContentId("id"))
        {
            Title = item.Text("title", MaxText),
            Subtitle = item.Has("subtitle") ? item.Text("subtitle", MaxText) : null,
            ThumbnailUrl = item.Has("thumbnailUrl") ? item.WebAddress("thumbnailUrl", MaxAddress) : null,
            Extra = extra,
            ExpiresAt = item.Has("expiresAt") ? item.Instant("expiresAt") : null,
        };
    }
}
