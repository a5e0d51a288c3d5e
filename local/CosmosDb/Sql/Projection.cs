using System.Buffers;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>What a query makes of each of its rows.</summary>
internal abstract class Projection
{
    /// <summary>The result; undefined when there is none.</summary>
    public abstract SqlValue Evaluate(Row row);

    /// <summary>Writes the result; nothing, and false, when it is undefined.</summary>
    /// <param name="utf8">The document that the row is of.</param>
    public virtual bool Write(Row row, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        var value = Evaluate(row);
        if (!value.IsDefined)
        {
            return false;
        }

        using var json = new Utf8JsonWriter(output);
        value.WriteTo(json);
        return true;
    }
}

/// <summary>One value of a select list, under the name that it gets.</summary>
/// <param name="Text">Where it stands in the query.</param>
/// <param name="Bare">The paths that it names outside of aggregates.</param>
internal sealed record SelectedValue(string Name, Expression Value, Range Text, IReadOnlyList<PathExpression> Bare);

/// <summary><c>SELECT *</c>, <c>SELECT VALUE c</c>: what a name stands for, as it is.</summary>
internal sealed class WholeValue(string alias, int slot) : Projection
{
    public string Alias => alias;

    public override SqlValue Evaluate(Row row) => row[slot];

    public override bool Write(Row row, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        if (slot != 0)
        {
            return base.Write(row, utf8, output);
        }

        output.Write(utf8);
        return true;
    }
}

/// <summary><c>SELECT VALUE expression</c>.</summary>
internal sealed class OneValue(SelectedValue selected) : Projection
{
    public SelectedValue Selected => selected;

    public override SqlValue Evaluate(Row row) => selected.Value.Evaluate(row);
}

/// <summary><c>SELECT a, b AS c</c>: an object of the values that are defined.</summary>
internal sealed class NamedValues(IReadOnlyList<SelectedValue> selected) : Projection
{
    public IReadOnlyList<SelectedValue> Selected => selected;

    public override SqlValue Evaluate(Row row) => Json.Object(Members(row));

    public override bool Write(Row row, ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        Json.WriteObject(json, Members(row));
        return true;
    }

    private IEnumerable<(string Name, SqlValue Value)> Members(Row row) => selected.Select(one => (one.Name, one.Value.Evaluate(row)));
}
