using System.Buffers;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary><c>[a, b]</c>: an array of the values that are defined.</summary>
internal sealed class ArrayConstructor(IReadOnlyList<Expression> values) : Expression
{
    public override SqlValue Evaluate(JsonElement document) => Json.Made(json =>
    {
        json.WriteStartArray();
        foreach (var expression in values)
        {
            var value = expression.Evaluate(document);
            if (value.IsDefined)
            {
                value.WriteTo(json);
            }
        }

        json.WriteEndArray();
    });
}

/// <summary><c>{"a": b}</c>: an object of the values that are defined.</summary>
internal sealed class ObjectConstructor(IReadOnlyList<(string Name, Expression Value)> members) : Expression
{
    public override SqlValue Evaluate(JsonElement document) => Json.Made(json =>
    {
        json.WriteStartObject();
        foreach (var (name, expression) in members)
        {
            var value = expression.Evaluate(document);
            if (value.IsDefined)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    });
}

/// <summary>Makes values that no document holds.</summary>
internal static class Json
{
    public static SqlValue Made(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return SqlValue.Of(JsonElement.Parse(buffer.WrittenSpan));
    }
}
