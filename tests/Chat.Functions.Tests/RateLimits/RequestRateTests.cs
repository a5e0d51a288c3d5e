using System.Globalization;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.RateLimits;

public class RequestRateTests
{
    private static readonly UserId Alice = new("alice");
    private static readonly UserId Bob = new("bob");

    private readonly SetClock _clock = new();

    [Fact]
    public void Should_allow_a_burst_and_then_so_many_a_minute()
    {
        var rate = Rate(burst: 3, perMinute: 60);
        Assert.Equal([true, true, true, false], Take(rate, Alice, 4));
        _clock.Now += TimeSpan.FromMilliseconds(999);
        Assert.Equal([false], Take(rate, Alice, 1));
        _clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal([true, false], Take(rate, Alice, 2));
        _clock.Now += TimeSpan.FromHours(1);
        Assert.Equal([true, true, true, false], Take(rate, Alice, 4));
    }

    [Fact]
    public void Should_leave_others_alone()
    {
        var rate = Rate(burst: 2, perMinute: 60);
        Take(rate, Alice, 100_000);
        Assert.Equal([true, true, false], Take(rate, Bob, 3));
    }

    [Fact]
    public void Should_say_which_limit_it_is_and_when_to_come_again()
    {
        var rate = Rate(burst: 10, perMinute: 30);
        Take(rate, Alice, 8);
        var refusal = rate.Take(Alice, times: 5)!;
        Assert.Equal((429, "rate_limited"), (refusal.Status, refusal.Code));
        Assert.Equal(new Limit("sendsPerMinute", 30), refusal.Limit);
        Assert.Equal(new RateUse(10, TimeSpan.FromSeconds(20), 2, TimeSpan.FromSeconds(6)), refusal.Rate);
        Assert.Equal(TimeSpan.FromSeconds(6), refusal.RetryAfter);

        // What was refused took nothing.
        Assert.Null(rate.Take(Alice, times: 2));
    }

    [Fact]
    public void Should_let_a_call_of_more_than_the_burst_pass_once_and_owe_the_rest()
    {
        var rate = Rate(burst: 10, perMinute: 60);
        Assert.Null(rate.Take(Alice));
        Assert.Null(rate.Take(Alice, times: 49, counted: 1));
        Assert.Equal(TimeSpan.FromSeconds(41), rate.Take(Alice)!.RetryAfter);
        _clock.Now += TimeSpan.FromSeconds(40);
        Assert.Equal([false], Take(rate, Alice, 1));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal([true, false], Take(rate, Alice, 2));
    }

    [Fact]
    public void Should_count_nothing_when_it_is_off() => Assert.DoesNotContain(false, Take(Rate(burst: 1, perMinute: 0), Alice, 1000));

    [Fact]
    public void Should_hold_a_million_users_in_20_MB()
    {
        var name = new char[7];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rate = Rate(burst: 60, perMinute: 60);
        var table = GC.GetAllocatedBytesForCurrentThread() - before;
        long kept = 0;
        for (var n = 0; n < 1_000_000; n++)
        {
            n.TryFormat(name, out _, "D7", CultureInfo.InvariantCulture);
            var user = new UserId(new string(name));
            before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Null(rate.Take(user));
            kept += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(table + kept, 1, 20_000_000);
    }

    /// <summary>Against a bucket of each user's own, which is filled continuously.</summary>
    [Fact]
    public void Should_do_what_a_bucket_for_each_user_would_do()
    {
        var random = new Random(7);
        var rate = Rate(burst: 20, perMinute: 120);
        var buckets = new Dictionary<UserId, double>();
        for (var step = 0; step < 20_000; step++)
        {
            var passed = TimeSpan.FromMilliseconds(random.Next(4) * 125);
            _clock.Now += passed;
            foreach (var known in buckets.Keys.ToList())
            {
                buckets[known] = Math.Min(20, buckets[known] + (passed.TotalSeconds * 2));
            }

            var user = new UserId($"user-{random.Next(12)}");
            var (tokens, wanted) = (buckets.GetValueOrDefault(user, 20), random.Next(1, 25));
            var isEnough = tokens >= Math.Min(wanted, 20);
            Assert.Equal(isEnough, rate.Take(user, wanted) is null);
            buckets[user] = isEnough ? tokens - wanted : tokens;
        }
    }

    private RequestRate Rate(int burst, int perMinute) => new("sendsPerMinute", burst, perMinute, _clock);

    private static List<bool> Take(RequestRate rate, UserId user, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => rate.Take(user) is null)];
}
