namespace Chat.Load;

/// <summary>Values in order, by share.</summary>
internal sealed class Sample(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => At(0.5);

    /// <summary>The smallest value that at least this share of the values doesn't exceed.</summary>
    public double At(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];
}
