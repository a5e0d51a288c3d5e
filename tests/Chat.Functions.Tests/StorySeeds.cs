using System.Globalization;
using Xunit;

namespace Chat.Functions.Tests;

/// <summary>
/// How many random histories a property is tried with: a few in the test command, as many as <c>CHAT_STORY_SEEDS</c> says otherwise.
/// </summary>
internal static class StorySeeds
{
    /// <summary>Tries a property with many seeds, some side by side, as they mostly wait; one that fails is named.</summary>
    public static Task TryAsync(int few, Func<int, Task> holds)
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? $"{few}", CultureInfo.InvariantCulture);
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount };
        return Parallel.ForEachAsync(Enumerable.Range(1, count), sideBySide, async (seed, _) =>
        {
            var failure = await Record.ExceptionAsync(() => holds(seed));
            Assert.True(failure is null, $"Seed {seed}: {failure}");
        });
    }
}
