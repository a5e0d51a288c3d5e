using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Shared;

/// <summary>A cache never has more entries than it may, and always the newest one.</summary>
public class BoundedCacheTests
{
    [Fact]
    public void Forgets_all_when_it_is_full_and_keeps_the_newest()
    {
        var cache = new BoundedCache<int, string>(maxEntries: 3);
        foreach (var key in Enumerable.Range(0, 10))
        {
            cache.Set(key, $"{key}");
            Assert.True(cache.TryGet(key, out var kept));
            Assert.Equal($"{key}", kept);
            Assert.InRange(Enumerable.Range(0, 10).Count(one => cache.TryGet(one, out _)), 1, 3);
        }

        cache.Remove(9);
        Assert.False(cache.TryGet(9, out _));
    }
}
