using System.Globalization;
using System.Text;

namespace Chat.Load;

/// <summary>The numbers found, in the order in which they were found.</summary>
internal sealed class Report
{
    private readonly List<Row> _rows = [];
    private readonly List<(string Scenario, string Markdown)> _tables = [];
    private readonly List<(string Name, string Svg)> _plots = [];

    public void Add(string scenario, string measure, double value, string unit, string server = "chat") =>
        _rows.Add(new Row(scenario, server, measure, value, unit));

    /// <summary>Adds a table of the scenario's own, in Markdown, which is shown in place of its numbers one by one.</summary>
    public void AddTable(string scenario, params IEnumerable<string> lines) => _tables.Add((scenario, string.Join('\n', lines)));

    /// <summary>Adds a picture, as SVG.</summary>
    public void AddPlot(string name, string svg) => _plots.Add((name, svg));

    /// <summary>Adds the median, the smallest and the greatest of a few values.</summary>
    public void AddSpread(string scenario, string measure, IEnumerable<double> values, string unit, string server = "chat")
    {
        var sample = new Sample(values);
        Add(scenario, $"{measure}, median", sample.Median, unit, server);
        Add(scenario, $"{measure}, least", sample.At(0), unit, server);
        Add(scenario, $"{measure}, most", sample.At(1), unit, server);
    }

    /// <summary>Adds the median and the 99th percentile of many values.</summary>
    public void AddPercentiles(string scenario, string measure, IEnumerable<double> values, string unit, string server = "chat")
    {
        var sample = new Sample(values);
        Add(scenario, $"{measure}, p50", sample.Median, unit, server);
        Add(scenario, $"{measure}, p99", sample.At(0.99), unit, server);
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var scenario in _rows.Select(row => row.Scenario).Union(_tables.Select(table => table.Scenario), StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {scenario}\n\n");
            var tables = _tables.Where(table => table.Scenario == scenario)
                .Select(table => table.Markdown)
                .DefaultIfEmpty(Numbers(scenario));
            text.Append(CultureInfo.InvariantCulture, $"{string.Join("\n\n", tables)}\n\n");
        }

        return text.ToString();
    }

    public string ToCsv() =>
        _rows.Aggregate(
            new StringBuilder("scenario,server,measure,value,unit\n"),
            static (text, row) => text.Append(
                CultureInfo.InvariantCulture, $"{row.Scenario},{row.Server},\"{row.Measure}\",{row.Value:0.######},{row.Unit}\n"))
                .ToString();

    /// <summary>Writes everything into a folder: <c>NAME.csv</c>, <c>NAME.md</c>, and a file for each picture.</summary>
    public async Task WriteAsync(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csv"), ToCsv());
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), ToMarkdown());
        foreach (var (plot, svg) in _plots)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{plot}.svg"), svg);
        }
    }

    private string Numbers(string scenario) =>
        _rows.Where(row => row.Scenario == scenario).Aggregate(
            new StringBuilder("| measure | value | unit |\n|---|---:|---|"),
            static (text, row) =>
                text.Append(CultureInfo.InvariantCulture, $"\n| {row.Measure} | {row.Value:0.###} | {row.Unit} |")).ToString();

    private sealed record Row(string Scenario, string Server, string Measure, double Value, string Unit);
}
