using System.Runtime.CompilerServices;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>What the names of a query stand for at one document, and what its aggregates have added up.</summary>
/// <param name="slots">How many names the query and its subqueries bind. Slot 0 is the document.</param>
/// <param name="folds">How many aggregates they have.</param>
internal sealed class Row(int slots, int folds)
{
    /// <summary>How many values JOIN and subqueries may bind in one request: joins of long arrays multiply.</summary>
    private const int BoundLimit = 1_000_000;

    private readonly StrongBox<int> _bound = new();
    private SqlValue[] _values = new SqlValue[slots];
    private Accumulator[] _folds = new Accumulator[folds];

    public SqlValue this[int slot] => _values[slot];

    public void Bind(int slot, SqlValue value)
    {
        if (++_bound.Value > BoundLimit)
        {
            throw new RefusedException(400, $"The query makes more than {BoundLimit} rows of what documents hold.");
        }

        _values[slot] = value;
    }

    public Row At(JsonElement document)
    {
        _values[0] = SqlValue.Of(document);
        return this;
    }

    public Accumulator Fold(int number) => _folds[number];

    /// <summary>A row of the same values whose aggregates of a query begin anew.</summary>
    public Row ForGroup(IReadOnlyList<Aggregate> aggregates)
    {
        var copy = (Row)MemberwiseClone();
        copy._values = [.. _values];
        copy._folds = [.. _folds];
        foreach (var aggregate in aggregates)
        {
            copy._folds[aggregate.Number] = new Accumulator();
        }

        return copy;
    }
}
