using System.Globalization;
using System.Text;

namespace Chat.Load;

/// <summary>The numbers found, in the order in which they were found.</summary>
internal sealed class Report
{
    private readonly List<Row> _rows = [];
    private readonly List<string> _tables = [];

    public void Add(string scenario, string measure, double value, string unit) => _rows.Add(new Row(scenario, measure, value, unit));

    /// <summary>Adds a table of its own, in Markdown.</summary>
    public void AddTable(string markdown) => _tables.Add(markdown);

    /// <summary>Adds the median, the smallest and the greatest of a few values.</summary>
    public void AddSpread(string scenario, string measure, IEnumerable<double> values, string unit)
    {
        var sample = new Sample(values);
        Add(scenario, $"{measure}, median", sample.At(0.5), unit);
        Add(scenario, $"{measure}, least", sample.At(0), unit);
        Add(scenario, $"{measure}, most", sample.At(1), unit);
    }

    /// <summary>Adds the median and the 99th percentile of many values.</summary>
    public void AddPercentiles(string scenario, string measure, IEnumerable<double> values, string unit)
    {
        var sample = new Sample(values);
        Add(scenario, $"{measure}, p50", sample.At(0.5), unit);
        Add(scenario, $"{measure}, p99", sample.At(0.99), unit);
    }

    public string ToMarkdown() =>
        _rows.Aggregate(
            new StringBuilder("| scenario | measure | value | unit |\n|---|---|---:|---|\n"),
            static (text, row) => text.Append(CultureInfo.InvariantCulture, $"| {row.Scenario} | {row.Measure} | {row.Value:0.###} | {row.Unit} |\n")).ToString()
        + string.Concat(_tables.Select(table => $"\n{table}\n"));

    public string ToCsv() =>
        _rows.Aggregate(
            new StringBuilder("scenario,measure,value,unit\n"),
            static (text, row) => text.Append(CultureInfo.InvariantCulture, $"{row.Scenario},\"{row.Measure}\",{row.Value:0.######},{row.Unit}\n")).ToString();

    private sealed record Row(string Scenario, string Measure, double Value, string Unit);

    /// <summary>Values in order, by share.</summary>
    private sealed class Sample(IEnumerable<double> values)
    {
        private readonly double[] _sorted = [.. values.Order()];

        /// <summary>The smallest value that at least this share of the values doesn't exceed.</summary>
        public double At(double share) => _sorted.Length == 0 ? double.NaN : _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];
    }
}
