namespace Chat.Local.CosmosDb.Sql;

/// <summary>What an aggregate knows of the values that it was shown.</summary>
internal sealed class Accumulator
{
    private long _count;
    private long _trueCount;
    private double _sum;
    private bool _sumIsUndefined;
    private SqlValue _least;
    private SqlValue _most;
    private bool _extremeIsUndefined;

    public void Add(SqlValue value)
    {
        if (!value.IsDefined)
        {
            return;
        }

        _count++;
        _trueCount += value.IsTrue ? 1 : 0;
        _sum += value.Number;
        _sumIsUndefined |= value.Type != SqlType.Number;
        if (!value.IsPrimitive)
        {
            _extremeIsUndefined = true;
            return;
        }

        _least = !_least.IsDefined || value.CompareWith(_least) < 0 ? value : _least;
        _most = !_most.IsDefined || value.CompareWith(_most) > 0 ? value : _most;
    }

    public SqlValue Result(string kind) => kind switch
    {
        "COUNT" => SqlValue.Of(_count),
        "COUNTIF" => SqlValue.Of(_trueCount),
        "SUM" => _sumIsUndefined ? SqlValue.Undefined : SqlValue.Of(_sum),
        "AVG" => _sumIsUndefined || _count == 0 ? SqlValue.Undefined : SqlValue.Of(_sum / _count),
        _ when _extremeIsUndefined => SqlValue.Undefined,
        "MIN" => _least,
        _ => _most,
    };
}
