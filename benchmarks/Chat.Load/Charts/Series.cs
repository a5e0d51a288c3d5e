namespace Chat.Load.Charts;

/// <summary>Values against a load.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);
