using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Chat.Functions.Shared;

/// <summary>A user, as the token names them: 1–128 of <c>A-Za-z0-9._~-|@:+=</c>, but neither <c>.</c> nor <c>..</c>.</summary>
/// <remarks>
/// Ids stand in URL paths of this API and of SignalR's. HTTP clients remove dot segments from paths, so the ids <c>.</c> and
/// <c>..</c> would address something else. The alphabet is what Cosmos DB allows in ids, without the comma that separates users
/// in queries.
/// </remarks>
[JsonConverter(typeof(UserIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct UserId(string Value) : IComparable<UserId>
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly UserId None = new("");

    /// <summary>The rule, for refusals.</summary>
    public const string Rule = "1 to 128 of A-Za-z0-9._~-|@:+=, but neither '.' nor '..'";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-|@:+=");

    public static bool TryParse(string? text, out UserId id)
    {
        id = new UserId(text ?? "");
        return text is { Length: >= 1 and <= MaxLength } and not "." and not ".." && !text.AsSpan().ContainsAnyExcept(Allowed);
    }

    /// <summary>Ordinal order, the same on every machine. It decides who comes first in a pair.</summary>
    public int CompareTo(UserId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(UserId left, UserId right) => left.CompareTo(right) < 0;

    public static bool operator >(UserId left, UserId right) => left.CompareTo(right) > 0;

    public static bool operator <=(UserId left, UserId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UserId left, UserId right) => left.CompareTo(right) >= 0;
}

/// <summary>A conversation's id, and the key of its partition: 16 bytes, base64url. Opaque to clients.</summary>
[JsonConverter(typeof(ConversationIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct ConversationId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly ConversationId None = new("");

    /// <summary>A new random id.</summary>
    public static ConversationId New() => new(OpaqueId.Random());

    /// <summary>
    /// The id of the conversation that a user creates under an idempotency key. The same key gives the same id.
    /// </summary>
    public static ConversationId For(UserId creator, string idempotencyKey) =>
        new(OpaqueId.Hash("conversation", creator.Value, idempotencyKey));

    public static bool TryParse(string? text, out ConversationId id)
    {
        id = new ConversationId(text ?? "");
        return OpaqueId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>
/// A message's id: the hash of conversation, sender and <c>clientMessageId</c>, so a retried send gets the same id. A
/// disappearing message has its <c>seq</c> after the hash. Once it expired, its <c>clientMessageId</c> can be used for another
/// message, and references to the first one don't match the second. Ids are unique, not secret; knowing one authorises nothing.
/// </summary>
[JsonConverter(typeof(MessageIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct MessageId(string Value)
{
    /// <summary>JSON numbers are exact below 2⁵³, which has 16 digits.</summary>
    private const int MaxSeqDigits = 16;

    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly MessageId None = new("");

    public static MessageId For(ConversationId conversation, UserId sender, string clientMessageId) =>
        new(OpaqueId.Hash(conversation.Value, sender.Value, clientMessageId));

    /// <summary>
    /// The hash alone. All messages under one <c>clientMessageId</c> share it; at most one of them exists at a time.
    /// </summary>
    public string Key => Value.Length > OpaqueId.Characters ? Value[..OpaqueId.Characters] : Value;

    /// <summary>Whether the id is the hash alone.</summary>
    public bool IsKey => Value.Length == OpaqueId.Characters;

    /// <summary>The id of a disappearing message with this key.</summary>
    public MessageId At(long seq) => new(Key + seq.ToString(CultureInfo.InvariantCulture));

    public static bool TryParse(string? text, out MessageId id)
    {
        id = new MessageId(text ?? "");
        return OpaqueId.IsWellFormed(id.Key) && (id.IsKey || IsSeq(id.Value.AsSpan(OpaqueId.Characters)));
    }

    private static bool IsSeq(ReadOnlySpan<char> text) =>
        text.Length <= MaxSeqDigits && text[0] != '0' && !text.ContainsAnyExceptInRange('0', '9');

    public override string ToString() => Value;
}

/// <summary>A moderation case, and the key of its partition: the hash of what was reported, so that reports on one target meet.</summary>
[JsonConverter(typeof(CaseIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct CaseId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly CaseId None = new("");

    public static bool TryParse(string? text, out CaseId id)
    {
        id = new CaseId(text ?? "");
        return OpaqueId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>A moderator's decision. The same request gives the same id.</summary>
[JsonConverter(typeof(DecisionIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct DecisionId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly DecisionId None = new("");

    public static bool TryParse(string? text, out DecisionId id)
    {
        id = new DecisionId(text ?? "");
        return OpaqueId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>
/// An uploaded file, and the key of its documents' partition. Ids are unique, not secret; knowing one authorises nothing.
/// </summary>
[JsonConverter(typeof(MediaIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct MediaId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly MediaId None = new("");

    /// <summary>A new random id.</summary>
    public static MediaId New() => new(OpaqueId.Random());

    /// <summary>The id of what a user uploads under an idempotency key. The same key gives the same id.</summary>
    public static MediaId For(UserId owner, string idempotencyKey) => new(OpaqueId.Hash("media", owner.Value, idempotencyKey));

    public static bool TryParse(string? text, out MediaId id)
    {
        id = new MediaId(text ?? "");
        return OpaqueId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>A thing of the host app's, in its words: as <see cref="UserId"/>, for the same reasons.</summary>
[JsonConverter(typeof(ContentIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct ContentId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly ContentId None = new("");

    public static bool TryParse(string? text, out ContentId id)
    {
        id = new ContentId(text ?? "");
        return UserId.TryParse(text, out _);
    }

    public override string ToString() => Value;
}

/// <summary>A pack of stickers, as the host app names it.</summary>
[JsonConverter(typeof(StickerPackIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct StickerPackId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly StickerPackId None = new("");

    public static bool TryParse(string? text, out StickerPackId id)
    {
        id = new StickerPackId(text ?? "");
        return ChosenId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>A collection of a conversation, as the member who made it named it.</summary>
[JsonConverter(typeof(CollectionIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct CollectionId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly CollectionId None = new("");

    public static bool TryParse(string? text, out CollectionId id)
    {
        id = new CollectionId(text ?? "");
        return ChosenId.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>A sticker of a pack, as the host app names it.</summary>
[JsonConverter(typeof(StickerIdConverter))]
public readonly record struct StickerId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Ids that clients or the host app choose, and that stand in paths.</summary>
internal static class ChosenId
{
    /// <summary>The rule, for refusals.</summary>
    public const string Rule = "1 to 64 of A-Za-z0-9_-";

    private const int MaxLength = 64;

    public static bool IsWellFormed(string? text) =>
        text is { Length: >= 1 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

/// <summary>Reads and writes an id as a JSON string.</summary>
internal abstract class IdConverter<T>(Func<string, T> make, Func<T, string> text) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => make(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStringValue(text(value));
    }
}

internal sealed class UserIdConverter() : IdConverter<UserId>(text => new UserId(text), id => id.Value);

internal sealed class ConversationIdConverter() : IdConverter<ConversationId>(text => new ConversationId(text), id => id.Value);

internal sealed class CaseIdConverter() : IdConverter<CaseId>(text => new CaseId(text), id => id.Value);

internal sealed class DecisionIdConverter() : IdConverter<DecisionId>(text => new DecisionId(text), id => id.Value);

internal sealed class MediaIdConverter() : IdConverter<MediaId>(text => new MediaId(text), id => id.Value);

internal sealed class ContentIdConverter() : IdConverter<ContentId>(text => new ContentId(text), id => id.Value);

internal sealed class StickerPackIdConverter() : IdConverter<StickerPackId>(text => new StickerPackId(text), id => id.Value);

internal sealed class CollectionIdConverter() : IdConverter<CollectionId>(text => new CollectionId(text), id => id.Value);

internal sealed class StickerIdConverter() : IdConverter<StickerId>(text => new StickerId(text), id => id.Value);

internal sealed class MessageIdConverter() : IdConverter<MessageId>(text => new MessageId(text), id => id.Value);
