using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>The types of a value, in the order in which ORDER BY sorts them.</summary>
internal enum SqlType : byte
{
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>
/// A JSON value, or undefined. Nothing is ever converted: a comparison across types is a comparison of types. Arrays and objects are
/// views of a parsed document and live as long as it does.
/// </summary>
internal readonly struct SqlValue
{
    private readonly object? _reference;

    private SqlValue(SqlType type, double number, object? reference)
    {
        Type = type;
        Number = number;
        _reference = reference;
    }

    public static SqlValue Undefined => default;

    public static SqlValue Null => new(SqlType.Null, 0, null);

    public SqlType Type { get; }

    public double Number { get; }

    /// <summary>Where an array or object stands among its like.</summary>
    public UInt128 Rank =>
        _reference is UInt128 rank ? rank : _reference is JsonElement element ? ComplexHash.RankOf(element) : UInt128.Zero;

    public string Text => (string)_reference!;

    public JsonElement Element => (JsonElement)_reference!;

    /// <summary>How long it is, in characters or, of arrays and objects, in bytes of JSON; 0 for what is short.</summary>
    public int Size => _reference switch
    {
        string text => text.Length,
        JsonElement element => JsonMarshal.GetRawUtf8Value(element).Length,
        _ => 0,
    };

    public bool IsTrue => Type == SqlType.Boolean && Number != 0;

    public bool IsDefined => Type != SqlType.Undefined;

    public bool IsPrimitive => Type is > SqlType.Undefined and < SqlType.Array;

    /// <summary>Whether it can be an index into an array.</summary>
    public bool IsIndex => Type == SqlType.Number && Number is >= 0 and < int.MaxValue && Number == Math.Floor(Number);

    public static SqlValue Of(bool value) => new(SqlType.Boolean, value ? 1 : 0, null);

    public static SqlValue Of(double value) => new(SqlType.Number, value, null);

    public static SqlValue Of(string value) => new(SqlType.String, 0, value);

    public static SqlValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined => default,
        JsonValueKind.Null => Null,
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.Number => element.GetDouble() is var number && double.IsFinite(number) ? Of(number) : default,
        JsonValueKind.String => Of(element.GetString()!),
        JsonValueKind.Array => new SqlValue(SqlType.Array, 0, element),
        _ => new SqlValue(SqlType.Object, 0, element),
    };

    /// <summary>The least value of a type.</summary>
    public static SqlValue LeastOf(SqlType type) => type switch
    {
        SqlType.Number => Of(double.NegativeInfinity),
        SqlType.String => Of(""),
        _ => new SqlValue(type, 0, null),
    };

    /// <summary>The value as an index holds it: of arrays and objects only where they stand, so that no document is kept alive.</summary>
    public SqlValue ForIndex() => Type >= SqlType.Array ? OfRank(Type, Rank) : this;

    /// <summary>An array or object of which only is known where it stands.</summary>
    public static SqlValue OfRank(SqlType type, UInt128 rank) => new(type, 0, rank);

    /// <summary>The order of ORDER BY: by type, then by value; arrays and objects by a hash.</summary>
    public int CompareWith(in SqlValue other)
    {
        if (Type != other.Type)
        {
            return Type.CompareTo(other.Type);
        }

        return Type switch
        {
            SqlType.String => string.CompareOrdinal(Text, other.Text),
            >= SqlType.Array => Rank.CompareTo(other.Rank),
            _ => Number.CompareTo(other.Number),
        };
    }

    public bool SameAs(in SqlValue other)
    {
        if (Type != other.Type)
        {
            return false;
        }

        return Type >= SqlType.Array ? JsonElement.DeepEquals(Element, other.Element) : CompareWith(other) == 0;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (Type)
        {
            case SqlType.Null:
                writer.WriteNullValue();
                break;
            case SqlType.Boolean:
                writer.WriteBooleanValue(Number != 0);
                break;
            case SqlType.Number when Number == Math.Floor(Number) && Math.Abs(Number) < 1e15:
                writer.WriteNumberValue((long)Number);
                break;
            case SqlType.Number:
                writer.WriteNumberValue(Number);
                break;
            case SqlType.String:
                writer.WriteStringValue(Text);
                break;
            case SqlType.Array or SqlType.Object:
                Element.WriteTo(writer);
                break;
            default:
                throw new InvalidOperationException("Undefined has no JSON.");
        }
    }

    /// <summary>Text that is the same for the same values only, whatever the order of members.</summary>
    public string ToIdentity() => Type switch
    {
        SqlType.Array => $"[{string.Join(',', Element.EnumerateArray().Select(element => Of(element).ToIdentity()))}]",
        SqlType.Object => $"{{{string.Join(',', Members())}}}",
        SqlType.String => JsonSerializer.Serialize(Text),
        _ => ToToken(),
    };

    /// <summary>The value as a continuation token carries it.</summary>
    public string ToToken() => (int)Type + Type switch
    {
        SqlType.String => Text,
        >= SqlType.Array => Rank.ToString(CultureInfo.InvariantCulture),
        _ => Number.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <exception cref="FormatException">The token isn't one.</exception>
    public static SqlValue FromToken(string token)
    {
        var type = token is [>= '0' and <= '6' and var digit, ..]
            ? (SqlType)(digit - '0')
            : throw new FormatException("The token has no type.");
        return type switch
        {
            SqlType.String => Of(token[1..]),
            >= SqlType.Array => OfRank(type, UInt128.Parse(token.AsSpan(1), CultureInfo.InvariantCulture)),
            _ => new SqlValue(type, double.Parse(token.AsSpan(1), CultureInfo.InvariantCulture), null),
        };
    }

    private IEnumerable<string> Members() => Element.EnumerateObject()
        .OrderBy(member => member.Name, StringComparer.Ordinal)
        .Select(member => $"{JsonSerializer.Serialize(member.Name)}:{Of(member.Value).ToIdentity()}");
}
