using Chat.Functions.Channels;
using Xunit;

namespace Chat.Functions.Tests.Channels;

/// <summary>What is kept for a short time doesn't stay, and is never more than may be.</summary>
public class ShortCacheTests
{
    [Fact]
    public void Lets_go_of_what_is_too_old_and_keeps_no_more_than_it_may()
    {
        var clock = new SetClock();
        var cache = new ShortCache<int, string>(clock, maxKept: 3);
        foreach (var key in Enumerable.Range(0, 10))
        {
            cache.Keep(key, "value");
            Assert.InRange(cache.Count, 1, 3);
        }

        Assert.True(cache.TryGet(9, out _));
        clock.Now += TimeSpan.FromSeconds(6);
        Assert.False(cache.TryGet(9, out _));
        cache.Keep(10, "newer");
        Assert.Equal(1, cache.Count);
        Assert.True(cache.TryGet(10, out var newer));
        Assert.Equal("newer", newer);
    }
}
