using System.Globalization;
using Xunit;

namespace Chat.Functions.Tests;

/// <summary>
/// How many random histories a property is tried with: a few in the test command, as many as <c>CHAT_STORY_SEEDS</c> says otherwise.
/// </summary>
internal static class StorySeeds
{
    /// <summary>Tries a property with one seed after another; the first that fails is named.</summary>
    public static async Task TryAsync(int few, Func<int, Task> holds)
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? $"{few}", CultureInfo.InvariantCulture);
        for (var seed = 1; seed <= count; seed++)
        {
            var failure = await Record.ExceptionAsync(() => holds(seed));
            Assert.True(failure is null, $"Seed {seed}: {failure}");
        }
    }
}
