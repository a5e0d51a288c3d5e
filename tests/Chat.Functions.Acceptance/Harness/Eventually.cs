using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Waits for what is to become true, and says what it saw when it doesn't.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Looks again and again until what it sees is right, for a minute unless there is more to wait for.</summary>
    public static async Task<T> SeesAsync<T>(
        Func<Task<T>> look,
        Func<T, bool> isRight,
        [CallerArgumentExpression(nameof(isRight))] string expected = "",
        TimeSpan? patience = null)
    {
        var timeout = patience ?? Timeout;
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isRight(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(start) > timeout)
            {
                throw new XunitException($"Expected within {timeout.TotalSeconds} s: {expected}. Seen at last: {Describe(seen)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Looks again and again, with time jumping ahead a second after each look: what was put off comes due.</summary>
    public static Task<T> SeesAsync<T>(
        JumpingClock clock,
        Func<Task<T>> look,
        Func<T, bool> isRight,
        [CallerArgumentExpression(nameof(isRight))] string expected = "") =>
        SeesAsync(
            async () =>
            {
                var seen = await look();
                if (!isRight(seen))
                {
                    clock.Jump(TimeSpan.FromSeconds(1));
                }

                return seen;
            },
            isRight,
            expected);

    /// <summary>Looks again and again until what it sees is right.</summary>
    public static Task<T> HoldsAsync<T>(
        Func<T> look,
        Func<T, bool> isRight,
        [CallerArgumentExpression(nameof(isRight))] string expected = "") =>
        SeesAsync(() => Task.FromResult(look()), isRight, expected);

    private static string Describe<T>(T seen) =>
        seen is HttpResponseMessage answer
            ? $"{(int)answer.StatusCode} of {answer.RequestMessage?.RequestUri}"
            : System.Text.Json.JsonSerializer.Serialize(seen);
}
