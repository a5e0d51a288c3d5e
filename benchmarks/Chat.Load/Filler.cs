namespace Chat.Load;

/// <summary>What every message says.</summary>
internal static class Filler
{
    /// <summary>100 bytes.</summary>
    public static string Text { get; } = new('x', 100);
}
