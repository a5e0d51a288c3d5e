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

    /// <summary>
    /// How much work the expressions of one request may be: a step for each evaluation, and one for each 64 characters of its value.
    /// </summary>
    private const long StepLimit = 50_000_000;

    /// <summary>How long a value may be that expressions make, and what a function is called with: two of the largest documents.</summary>
    private const int SizeLimit = 4 * 1024 * 1024;

    private const int CharactersPerStep = 64;

    private readonly StrongBox<int> _bound = new();
    private readonly StrongBox<long> _steps = new();
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

    /// <summary>Counts the work of an evaluation.</summary>
    /// <exception cref="RefusedException">It is more than a request may be.</exception>
    public void Spend(in SqlValue value)
    {
        var size = value.Size;
        CheckSize(size);
        _steps.Value += 1 + (size / CharactersPerStep);
        if (_steps.Value > StepLimit)
        {
            throw new RefusedException(400, $"The query takes more than {StepLimit} steps.");
        }
    }

    /// <exception cref="RefusedException">It is longer than a value may be.</exception>
    public static void CheckSize(long size)
    {
        if (size > SizeLimit)
        {
            throw new RefusedException(400, $"The query makes a value of more than {SizeLimit} characters.");
        }
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
