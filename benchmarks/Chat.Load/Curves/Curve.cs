using System.Globalization;
using Chat.Load.Charts;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>How throughput, latency and cost change with one number, for one kind of work or for several.</summary>
/// <param name="variable">What the number is, such as <c>members</c>.</param>
/// <param name="each">What is counted, such as <c>message</c>.</param>
internal sealed class Curve(string name, string variable, string each)
{
    private const int Windows = 2;

    /// <summary>What counts is how points compare, and there are many.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(3);

    private readonly List<(string Kind, double X, Point Point)> _points = [];

    /// <summary>Measures one point: some windows of the length that the options say, or 3 s where that is less.</summary>
    public async Task MeasureAsync(
        LoadOptions options,
        string kind,
        double x,
        ServerProcess server,
        IReadOnlyList<Func<Task<double>>> turns)
    {
        var (windows, duration) = (new List<LoadWindow>(), options.Window < LongestWindow ? options.Window : LongestWindow);
        for (var n = 0; n < Windows; n++)
        {
            windows.Add(await LoadWindow.RunAsync(server, duration, turns));
        }

        var times = new Sample(windows.SelectMany(window => window.Turns));
        var cpu = windows.Sum(window => window.Cpu.TotalMilliseconds) / windows.Sum(window => window.Turns.Count);
        _points.Add((kind, x, new Point(windows.Average(window => window.PerSecond), times.Median, times.At(0.99), cpu)));
    }

    public void AddTo(Report report)
    {
        var kinds = _points.Select(point => point.Kind).Distinct(StringComparer.Ordinal).ToList();
        foreach (var (kind, x, point) in _points)
        {
            report.Add(
                name,
                string.Create(CultureInfo.InvariantCulture, $"{variable} {x:0}: {each}s per second"),
                point.PerSecond,
                "/s",
                kind);
            report.Add(name, string.Create(CultureInfo.InvariantCulture, $"{variable} {x:0}: p50"), point.P50, "ms", kind);
            report.Add(name, string.Create(CultureInfo.InvariantCulture, $"{variable} {x:0}: p99"), point.P99, "ms", kind);
            report.Add(
                name,
                string.Create(CultureInfo.InvariantCulture, $"{variable} {x:0}: server CPU per {each}"),
                point.Cpu,
                "ms",
                kind);
        }

        report.AddTable(name, [
            $"| of | {variable} | {each}s/s | p50 ms | p99 ms | CPU ms per {each} |",
            "|---|---:|---:|---:|---:|---:|",
            .. _points.OrderBy(point => kinds.IndexOf(point.Kind)).Select(point => string.Create(
                CultureInfo.InvariantCulture,
                $"| {point.Kind} | {point.X:N0} | {point.Point.PerSecond:N0} | {point.Point.P50:0.0} | {point.Point.P99:0.0} "
                    + $"| {point.Point.Cpu:0.000} |"))]);
        report.AddTable(name, [
            "| of | throughput grows | p50 grows | CPU grows |",
            "|---|---|---|---|",
            .. kinds.Select(kind =>
                $"| {kind} | {FitOf(kind, point => point.PerSecond)} | {FitOf(kind, point => point.P50)} "
                    + $"| {FitOf(kind, point => point.Cpu)} |")]);
        report.AddPlot(name, new Plot($"{name}: 2 shared processors, everything on them", variable)
            .With($"{each}s per second", SeriesOf(point => point.PerSecond))
            .With("ms to the last", [.. SeriesOf(point => point.P50, " p50"), .. SeriesOf(point => point.P99, " p99", isDashed: true)])
            .With($"server CPU, ms per {each}", SeriesOf(point => point.Cpu))
            .ToSvg());
    }

    private Fit FitOf(string kind, Func<Point, double> value) => Fit.Of(Values(kind, value));

    private Series[] SeriesOf(Func<Point, double> value, string suffix = "", bool isDashed = false) =>
        [.. _points.Select(point => point.Kind).Distinct(StringComparer.Ordinal)
            .Select((kind, n) => new Series(kind + suffix, Values(kind, value), n, isDashed))];

    private List<(double X, double Y)> Values(string kind, Func<Point, double> value) =>
        [.. _points.Where(point => point.Kind == kind).Select(point => (point.X, value(point.Point)))];

    private sealed record Point(double PerSecond, double P50, double P99, double Cpu);
}
