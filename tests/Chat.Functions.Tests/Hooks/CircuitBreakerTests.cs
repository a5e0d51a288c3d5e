using Chat.Functions.Hooks;
using Xunit;

namespace Chat.Functions.Tests.Hooks;

public class CircuitBreakerTests
{
    private readonly SetClock _clock = new();

    [Fact]
    public void Should_pause_after_failures_in_a_row_and_try_again_with_one_call()
    {
        var breaker = new CircuitBreaker(_clock);
        for (var n = 0; n < 4; n++)
        {
            Assert.False(breaker.Note(isFailure: true));
        }

        breaker.Note(isFailure: false);
        Assert.Equal([false, false, false, false, true], Enumerable.Range(0, 5).Select(_ => breaker.Note(isFailure: true)));
        Assert.False(breaker.Allows());
        _clock.Now += TimeSpan.FromSeconds(15);
        Assert.Equal([true, false, false], Enumerable.Range(0, 3).Select(_ => breaker.Allows()));
        breaker.Note(isFailure: true);
        Assert.False(breaker.Allows());
        _clock.Now += TimeSpan.FromSeconds(15);
        Assert.True(breaker.Allows());
        breaker.Note(isFailure: false);
        Assert.Equal([true, true, true], Enumerable.Range(0, 3).Select(_ => breaker.Allows()));
    }
}
