using System.Globalization;

namespace Chat.Load.Charts;

/// <summary>
/// How values grow with a load: of the simple curves the one that is nearest to them, and how much of their variance it explains.
/// </summary>
internal sealed record Fit(string Name, double Explained)
{
    /// <summary>Values within this factor of each other are taken for the same; so much differs from one run to the next.</summary>
    private const double Same = 1.4;

    /// <summary>Of a curve that explains less there is nothing to say but that there is no trend.</summary>
    private const double Least = 0.5;

    public static Fit Of(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Max(point => point.Y) <= points.Min(point => point.Y) * Same)
        {
            return new Fit("constant", 1);
        }

        (string Name, Func<double, double> Of)[] curves = [("linear", x => x), ("log", Math.Log)];
        var best = curves.Select(curve => new Fit(curve.Name, Explain(points, curve.Of))).MaxBy(fit => fit.Explained)!;
        return best.Explained < Least ? new Fit("constant", best.Explained) : best;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}{(Name is "constant" ? "" : $" (R² {Explained:0.00})")}");

    /// <summary>The square of the correlation, which is what the best line through them explains.</summary>
    private static double Explain(IReadOnlyList<(double X, double Y)> points, Func<double, double> scale)
    {
        var (x, y) = (points.Select(point => scale(point.X)).ToList(), points.Select(point => point.Y).ToList());
        var (meanX, meanY) = (x.Average(), y.Average());
        var both = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return both * both / (x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }
}
