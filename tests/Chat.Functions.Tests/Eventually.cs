using Xunit.Sdk;

namespace Chat.Functions.Tests;

/// <summary>Waits for what is to become true, and says what it saw when it doesn't.</summary>
internal static class Eventually
{
    /// <summary>How long a test waits for what takes no time on a quiet machine.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public static async Task HoldsAsync<T>(Func<T> look, Func<T, bool> isRight, string expected)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var seen = look(); !isRight(seen); seen = look())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Timeout)
            {
                throw new XunitException($"Expected within {Timeout.TotalSeconds} s: {expected}. Seen at last: {seen}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
