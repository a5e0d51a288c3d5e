using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>COUNT, SUM, AVG, MIN or MAX over the documents it was shown; belongs to one run of one query.</summary>
/// <param name="text">Where its argument stands in the query.</param>
internal sealed class Aggregate(string kind, Expression argument, Range text) : Expression
{
    private double _count;
    private double _sum;
    private bool _sumIsUndefined;
    private SqlValue _extreme;
    private bool _extremeIsUndefined;

    public string Kind => kind;

    public Range ArgumentText => text;

    public static bool IsName(string name) => name.ToUpperInvariant() is "COUNT" or "SUM" or "AVG" or "MIN" or "MAX";

    public void Add(JsonElement document)
    {
        var value = argument.Evaluate(document);
        if (!value.IsDefined)
        {
            return;
        }

        _count++;
        _sum += value.Number;
        _sumIsUndefined |= value.Type != SqlType.Number;
        _extremeIsUndefined |= !value.IsPrimitive;
        if (value.IsPrimitive && (!_extreme.IsDefined || (kind == "MIN" ? value.CompareWith(_extreme) < 0 : value.CompareWith(_extreme) > 0)))
        {
            _extreme = value;
        }
    }

    /// <summary>The result so far; the document doesn't matter.</summary>
    public override SqlValue Evaluate(JsonElement document) => kind switch
    {
        "COUNT" => SqlValue.Of(_count),
        "SUM" => _sumIsUndefined ? SqlValue.Undefined : SqlValue.Of(_sum),
        "AVG" => _sumIsUndefined || _count == 0 ? SqlValue.Undefined : SqlValue.Of(_sum / _count),
        _ => _extremeIsUndefined ? SqlValue.Undefined : _extreme,
    };
}
