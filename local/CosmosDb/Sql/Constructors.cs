using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary><c>[a, b]</c>: an array of the values that are defined.</summary>
internal sealed class ArrayConstructor(IReadOnlyList<Expression> values) : Expression
{
    protected override SqlValue ValueIn(Row row) => Json.Array(values.Select(value => value.Evaluate(row)));
}

/// <summary><c>{"a": b}</c>: an object of the values that are defined.</summary>
internal sealed class ObjectConstructor(IReadOnlyList<(string Name, Expression Value)> members) : Expression
{
    protected override SqlValue ValueIn(Row row) => Json.Object(members.Select(member => (member.Name, member.Value.Evaluate(row))));
}

/// <summary>Makes values that no document holds.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static SqlValue Array(IEnumerable<SqlValue> values) => Made(json =>
    {
        json.WriteStartArray();
        foreach (var value in values.Where(value => value.IsDefined))
        {
            value.WriteTo(json);
            Check(json);
        }

        json.WriteEndArray();
    });

    public static SqlValue Object(IEnumerable<(string Name, SqlValue Value)> members) => Made(json => WriteObject(json, members));

    public static void WriteObject(Utf8JsonWriter json, IEnumerable<(string Name, SqlValue Value)> members)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members.Where(member => member.Value.IsDefined))
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
            Check(json);
        }

        json.WriteEndObject();
    }

    public static ReadOnlySpan<byte> Utf8(SqlValue value) => Written(value.WriteTo);

    private static void Check(Utf8JsonWriter json) => Row.CheckSize(json.BytesCommitted + json.BytesPending);

    private static SqlValue Made(Action<Utf8JsonWriter> write) => SqlValue.Of(JsonElement.Parse(Written(write)));

    private static ReadOnlySpan<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, AsWritten))
        {
            write(json);
        }

        return buffer.WrittenSpan;
    }
}
