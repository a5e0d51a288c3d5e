using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Functions.Shared;

/// <summary>A user, as the token's <c>sub</c> names them: 1–64 of <c>A-Za-z0-9._~-</c>.</summary>
[JsonConverter(typeof(UserIdConverter))]
public readonly record struct UserId(string Value) : IComparable<UserId>
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    public static bool TryParse(string? text, out UserId id)
    {
        id = new UserId(text ?? "");
        return text is { Length: >= 1 and <= 64 } && !text.AsSpan().ContainsAnyExcept(Allowed);
    }

    /// <summary>By ordinal, so that both users of a pair agree on who comes first.</summary>
    public int CompareTo(UserId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(UserId left, UserId right) => left.CompareTo(right) < 0;

    public static bool operator >(UserId left, UserId right) => left.CompareTo(right) > 0;

    public static bool operator <=(UserId left, UserId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UserId left, UserId right) => left.CompareTo(right) >= 0;
}

/// <summary>A conversation, and the partition that holds it: 16 bytes, base64url. Opaque to clients.</summary>
[JsonConverter(typeof(ConversationIdConverter))]
public readonly record struct ConversationId(string Value)
{
    /// <summary>A new random id.</summary>
    public static ConversationId New() => new(Opaque.Random());

    /// <summary>The id of the conversation that a user creates under an idempotency key: the same for the same key.</summary>
    public static ConversationId For(UserId creator, string idempotencyKey) => new(Opaque.Hash("conversation", creator.Value, idempotencyKey));

    public static bool TryParse(string? text, out ConversationId id)
    {
        id = new ConversationId(text ?? "");
        return Opaque.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>
/// A message: the hash of conversation, sender and <c>clientMessageId</c>, so that a repeated send finds its first. It is for uniqueness, not
/// secrecy; knowing one authorises nothing.
/// </summary>
[JsonConverter(typeof(MessageIdConverter))]
public readonly record struct MessageId(string Value)
{
    public static MessageId For(ConversationId conversation, UserId sender, string clientMessageId) =>
        new(Opaque.Hash(conversation.Value, sender.Value, clientMessageId));

    public static bool TryParse(string? text, out MessageId id)
    {
        id = new MessageId(text ?? "");
        return Opaque.IsWellFormed(text);
    }

    public override string ToString() => Value;
}

/// <summary>An id is its string in JSON.</summary>
public abstract class IdConverter<T>(Func<string, T> make, Func<T, string> text) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => make(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(text(value));
    }
}

public sealed class UserIdConverter() : IdConverter<UserId>(text => new UserId(text), id => id.Value);

public sealed class ConversationIdConverter() : IdConverter<ConversationId>(text => new ConversationId(text), id => id.Value);

public sealed class MessageIdConverter() : IdConverter<MessageId>(text => new MessageId(text), id => id.Value);
