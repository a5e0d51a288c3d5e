using BenchmarkDotNet.Attributes;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;

namespace Chat.Micro;

/// <summary>What the send rate adds to a call.</summary>
public class RateLoops
{
    private readonly RequestRate _rate = new("sendsPerMinute", 60, 60, TimeProvider.System);
    private readonly UserId[] _users = [.. Enumerable.Range(0, 100_000).Select(n => new UserId($"user-{n}"))];
    private int _next;

    [Benchmark(Description = "count a send, of 100,000 users in turn")]
    public bool Count() => _rate.Take(_users[_next++ % _users.Length]) is null;
}
