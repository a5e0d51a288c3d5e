using System.Globalization;

namespace Chat.Functions.Tests;

/// <summary>How many random histories a property is tried with: a few in the test command, as many as <c>CHAT_STORY_SEEDS</c> says otherwise.</summary>
internal static class StorySeeds
{
    public static IEnumerable<int> Or(int few) =>
        Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? $"{few}", CultureInfo.InvariantCulture));
}
