using Chat.Functions.Shared;

namespace Chat.Functions.RateLimits;

/// <summary>How often a user may do something, as this instance saw it: some at once, then so many a minute.</summary>
/// <remarks>
/// Kept in memory, so that a check costs no read. Several instances count apart: a user gets up to as many times the limit as there are
/// instances, and a new instance knows nothing of what was before.
/// </remarks>
public sealed class RequestRate
{
    private readonly string _limit;
    private readonly int _perMinute;
    private readonly int _burst;
    private readonly TimeSpan _refill;
    private readonly TokenBuckets? _buckets;

    /// <param name="limit">The limit's name.</param>
    /// <param name="burst">How many at once.</param>
    /// <param name="perMinute">How many a minute from then on; 0 for any number.</param>
    /// <param name="time">The clock.</param>
    public RequestRate(string limit, int burst, int perMinute, TimeProvider time)
    {
        (_limit, _burst, _perMinute) = (limit, burst, perMinute);
        if (perMinute > 0)
        {
            _refill = TimeSpan.FromMinutes(1) * burst / perMinute;
            _buckets = new TokenBuckets(burst, _refill / burst, time);
        }
    }

    /// <summary>Counts what a user wants to do; the refusal if it is too much, and then it counts nothing.</summary>
    /// <param name="user">Who wants it.</param>
    /// <param name="times">How often.</param>
    /// <param name="counted">How often the same call was counted before.</param>
    public Problem? Take(UserId user, int times = 1, int counted = 0) =>
        _buckets is not null && times > 0 && _buckets.TryTake(user, times, counted) is { } shortage
            ? Problems.RateLimited(_limit, _perMinute, new(_burst, _refill, shortage.Left, shortage.Wait))
            : null;
}

/// <summary>The rates at which a user may call, per instance.</summary>
public sealed class RequestRates(Limits limits, TimeProvider time)
{
    /// <summary>
    /// Whatever adds to a log, or is pushed to many: each message of a batch and each target of a forward is one.
    /// </summary>
    public RequestRate Sends { get; } = new("sendsPerMinute", limits.SendBurst, limits.SendsPerMinute, time);

    /// <summary>Reactions and taking them back: people tap more than they write.</summary>
    public RequestRate Reactions { get; } = new(
        "reactionsPerMinute", Math.Max(1, limits.ReactionsPerMinute), limits.ReactionsPerMinute, time);

    /// <summary>Reports: what is reported is read before the day's limit is checked.</summary>
    public RequestRate Reports { get; } = new("reportsPerMinute", Math.Max(1, limits.ReportsPerMinute), limits.ReportsPerMinute, time);

    public RequestRate Presence { get; } = new("presencePerMinute", Math.Max(1, limits.PresencePerMinute), limits.PresencePerMinute, time);

    /// <summary>Searches for GIFs: each may ask the host app.</summary>
    public RequestRate GifSearches { get; } = new(
        "gifSearchesPerMinute", Math.Max(1, limits.GifSearchesPerMinute), limits.GifSearchesPerMinute, time);

    /// <summary>Lookups of many things at once for the screen: each of them is a read, or asks the host app.</summary>
    public RequestRate Lookups { get; } = new("lookupsPerMinute", Math.Max(1, limits.LookupsPerMinute), limits.LookupsPerMinute, time);
}
