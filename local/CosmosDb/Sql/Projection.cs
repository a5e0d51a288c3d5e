using System.Buffers;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>What a query makes of each document that it selects.</summary>
internal abstract class Projection
{
    /// <summary>Writes the result; nothing, and false, when it is undefined.</summary>
    public abstract bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output);
}

/// <summary>One value of a select list, under the name that it gets.</summary>
/// <param name="Text">Where it stands in the query.</param>
internal sealed record SelectedValue(string Name, Expression Value, Range Text);

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
internal sealed class OneValue(SelectedValue selected) : Projection
{
    public SelectedValue Selected => selected;

    public override bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        var value = selected.Value.Evaluate(document);
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
internal sealed class NamedValues(IReadOnlyList<SelectedValue> selected) : Projection
{
    public IReadOnlyList<SelectedValue> Selected => selected;

    public override bool Write(JsonElement document, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        foreach (var one in selected)
        {
            var value = one.Value.Evaluate(document);
            if (value.IsDefined)
            {
                json.WritePropertyName(one.Name);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
        return true;
    }
}
