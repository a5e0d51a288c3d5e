using System.Globalization;
using System.Text;

namespace Chat.Load.Charts;

/// <summary>Panels below each other over the same load, as SVG.</summary>
internal sealed class Plot(string title, string xLabel)
{
    private const int Width = 640;
    private const int PanelHeight = 220;
    private const int Left = 70;
    private const int Right = 130;
    private const int Top = 40;
    private const int Gap = 60;
    private static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"];
    private static readonly double[] Factors = [1, 2, 5, 10];

    private readonly List<(string Label, Series[] Series)> _panels = [];

    /// <summary>Whether the load grows by factors.</summary>
    public bool IsLogarithmic { get; init; } = true;

    public Plot With(string yLabel, params Series[] series)
    {
        _panels.Add((yLabel, series));
        return this;
    }

    public string ToSvg()
    {
        var height = Top + (_panels.Count * (PanelHeight + Gap));
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" """
                + $"""font-family="sans-serif" font-size="12">""");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<rect width="{Width}" height="{height}" fill="white"/><text x="{Left}" y="24" font-size="15">{title}</text>""");
        for (var n = 0; n < _panels.Count; n++)
        {
            Draw(svg, Top + (n * (PanelHeight + Gap)), _panels[n].Label, _panels[n].Series);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private void Draw(StringBuilder svg, int top, string label, Series[] series)
    {
        var xs = series.SelectMany(one => one.Points.Select(point => point.X)).Distinct().Order().ToList();
        var step = NiceStep(series.SelectMany(one => one.Points.Select(point => point.Y)).DefaultIfEmpty(1).Max() / 4);
        var most = step * Math.Ceiling(series.SelectMany(one => one.Points.Select(point => point.Y)).Max() / step);

        double X(double x) =>
            Left + ((Width - Left - Right) * (xs.Count < 2 ? 0 : (Scale(x) - Scale(xs[0])) / (Scale(xs[^1]) - Scale(xs[0]))));
        double Y(double y) => top + (PanelHeight * (1 - (y / most)));

        for (var tick = 0d; tick <= most + (step / 2); tick += step)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<line x1="{Left}" x2="{Width - Right}" y1="{Y(tick):0.#}" y2="{Y(tick):0.#}" stroke="#ddd"/>"""
                    + $"""<text x="{Left - 6}" y="{Y(tick) + 4:0.#}" text-anchor="end">{tick:#,0.###}</text>""");
        }

        foreach (var x in Ticks(xs, X))
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<line x1="{X(x):0.#}" x2="{X(x):0.#}" y1="{top + PanelHeight}" y2="{top + PanelHeight + 4}" stroke="#333"/>"""
                    + $"""<text x="{X(x):0.#}" y="{top + PanelHeight + 17}" text-anchor="middle">{x:#,0.#}</text>""");
        }

        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{(Left + Width - Right) / 2}" y="{top + PanelHeight + 34}" text-anchor="middle">{xLabel}</text>""");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text transform="translate(14,{top + (PanelHeight / 2)}) rotate(-90)" text-anchor="middle">{label}</text>""");
        for (var n = 0; n < series.Length; n++)
        {
            var (colour, points) = (Colours[series[n].Colour % Colours.Length], series[n].Points);
            var line = string.Join(
                ' ',
                points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.#},{Y(point.Y):0.#}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<polyline points="{line}" fill="none" stroke="{colour}" """
                    + $"""stroke-width="2"{(series[n].IsDashed ? " stroke-dasharray=\"4 3\"" : "")}/>""");
            foreach (var (x, y) in points)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{X(x):0.#}" cy="{Y(y):0.#}" r="3" fill="{colour}"/>""");
            }

            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text x="{Width - Right + 12}" y="{top + 12 + (n * 16)}" fill="{colour}">{series[n].Name}</text>""");
        }
    }

    private double Scale(double x) => IsLogarithmic ? Math.Log(x) : x;

    /// <summary>The loads that were measured, without those too near to the one before to be read.</summary>
    private static IEnumerable<double> Ticks(List<double> xs, Func<double, double> position)
    {
        var last = double.NegativeInfinity;
        foreach (var x in xs.Where(x => position(x) - last >= 44))
        {
            last = position(x);
            yield return x;
        }
    }

    /// <summary>The next of 1, 2 and 5 times a power of ten.</summary>
    private static double NiceStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1e-9))));
        return Factors.Select(factor => factor * power).First(step => step >= least * 0.999);
    }
}
