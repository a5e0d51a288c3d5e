using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>Waits for what happens on other threads.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public static Task TrueAsync(Func<bool> condition, Func<string> expected) => TrueAsync(() => Task.FromResult(condition()), expected);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> expected)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await condition())
        {
            try
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Expected within {Timeout.TotalSeconds} s: {expected()}");
            }
        }
    }
}
