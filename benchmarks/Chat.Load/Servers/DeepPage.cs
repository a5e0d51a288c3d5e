namespace Chat.Load.Servers;

/// <summary>Where pages from deep in the history end.</summary>
internal static class DeepPage
{
    /// <summary>A position in the first half of a conversation of 10,000, elsewhere each time.</summary>
    public static int Before(int page) => 100 + (page * 379 % 4900);
}
