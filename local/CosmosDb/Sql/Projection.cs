using System.Buffers;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>What a query makes of each document that it selects.</summary>
internal abstract class Projection
{
    /// <summary>Writes the result; nothing, and false, when it is undefined.</summary>
    public abstract bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output);
}

/// <summary><c>SELECT *</c>, <c>SELECT VALUE c</c>: the document as it is.</summary>
internal sealed class WholeDocument : Projection
{
    public override bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        output.Write(utf8);
        return true;
    }
}

/// <summary><c>SELECT VALUE expression</c>.</summary>
internal sealed class OneValue(Expression expression) : Projection
{
    public override bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        var value = expression.Evaluate(document);
        if (!value.IsDefined)
        {
            return false;
        }

        using var json = new Utf8JsonWriter(output);
        value.WriteTo(json);
        return true;
    }
}

/// <summary><c>SELECT a, b AS c</c>: an object of the values that are defined.</summary>
internal sealed class NamedValues(IReadOnlyList<(string Name, Expression Value)> values) : Projection
{
    public override bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        foreach (var (name, expression) in values)
        {
            var value = expression.Evaluate(document);
            if (value.IsDefined)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
        return true;
    }
}
