using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A full partition key of one to three components; two are the same when their <see cref="Text"/> is.</summary>
internal sealed class PartitionKeyValue
{
    private const int LimitInBytes = 2048;

    /// <summary>What can't stand in a JSON string as it is.</summary>
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\']);

    private readonly SqlValue[] _components;

    private PartitionKeyValue(SqlValue[] components, string text)
    {
        _components = components;
        Text = text;
    }

    /// <summary>The key as a JSON array.</summary>
    public string Text { get; }

    public IReadOnlyList<SqlValue> Components => _components;

    public bool IsTooLong =>
        Text.Length > LimitInBytes / 3
            && _components.Sum(
                component => component.Type == SqlType.String ? Encoding.UTF8.GetByteCount(component.Text) : 0) > LimitInBytes;

    /// <summary>
    /// Reads the header of a request: <c>["a"]</c>, <c>["a",1]</c>, <c>[null]</c>, or <c>[{}]</c> for a document without the property.
    /// </summary>
    public static PartitionKeyValue Parse(string header)
    {
        if (header is ['[', '"', .., '"', ']'] && !header.AsSpan(2, header.Length - 4).ContainsAny(Escaped))
        {
            return new PartitionKeyValue([SqlValue.Of(header[2..^2])], header);
        }

        using var json = JsonDocument.Parse(header);
        return json.RootElement.ValueKind == JsonValueKind.Array
            ? Of([.. json.RootElement.EnumerateArray().Select(Component)])
            : throw new RefusedException(400, "The partition key isn't an array of its components.");
    }

    /// <summary>The key of one string.</summary>
    public static PartitionKeyValue Of(string value) => Of([SqlValue.Of(value)]);

    public static PartitionKeyValue InDocument(JsonElement root, IReadOnlyList<JsonPath> paths)
    {
        var components = new SqlValue[paths.Count];
        for (var i = 0; i < components.Length; i++)
        {
            components[i] = Component(paths[i].In(root));
        }

        return Of(components);
    }

    /// <summary>The effective key, by which ranges are assigned: hash version 2, in upper-case hexadecimal.</summary>
    public string Effective()
    {
        var text = new StringBuilder(32 * _components.Length);
        Span<byte> bytes = stackalloc byte[16];
        foreach (var component in _components)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, MurmurHash3.Hash(ForHashing(component)));
            bytes[0] &= 0x3F;
            text.Append(Convert.ToHexString(bytes));
        }

        return text.ToString();
    }

    public override string ToString() => _components is [{ Type: SqlType.String } only] ? only.Text : Text;

    private static SqlValue Component(JsonElement element) =>
        element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? SqlValue.Undefined : SqlValue.Of(element);

    private static PartitionKeyValue Of(SqlValue[] components)
    {
        if (components is [{ Type: SqlType.String } only] && !only.Text.AsSpan().ContainsAny(Escaped))
        {
            return new PartitionKeyValue(components, string.Concat("[\"", only.Text, "\"]"));
        }

        return new PartitionKeyValue(components, "[" + string.Join(',', components.Select(Json)) + "]");
    }

    private static string Json(SqlValue component) => component.Type switch
    {
        SqlType.Undefined => "{}",
        SqlType.Null => "null",
        SqlType.Boolean => component.IsTrue ? "true" : "false",
        SqlType.Number => JsonSerializer.Serialize(component.Number),
        _ => JsonSerializer.Serialize(component.Text),
    };

    private static byte[] ForHashing(SqlValue component)
    {
        switch (component.Type)
        {
            case SqlType.Boolean:
                return [component.IsTrue ? (byte)3 : (byte)2];
            case SqlType.Number:
                var number = new byte[9];
                number[0] = 5;
                BinaryPrimitives.WriteDoubleLittleEndian(number.AsSpan(1), component.Number);
                return number;
            case SqlType.String:
                var text = new byte[Encoding.UTF8.GetByteCount(component.Text) + 2];
                text[0] = 8;
                Encoding.UTF8.GetBytes(component.Text, text.AsSpan(1));
                text[^1] = 0xFF;
                return text;
            default:
                return [(byte)component.Type];
        }
    }
}
