namespace Chat.Load.Charts;

/// <summary>Values against a load.</summary>
/// <param name="Colour">Which of the plot's colours, so that lines of the same kind look alike in all panels.</param>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points, int Colour = 0, bool IsDashed = false);
