using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Standings;

/// <summary>
/// Who has a standing, in memory: read before the first call is let in, and every 30 s what changed. No call waits for it after that.
/// </summary>
/// <remarks>
/// Until it was read once, nobody is let in (fail closed): a new instance mustn't be the door for those who are banned. When a later read
/// fails, the instance goes on with what it knows: a store that is away for a while bans nobody, and unbans nobody.
/// </remarks>
public sealed class StandingList(ChatContainers containers, Limits limits, TimeProvider time, ILogger<StandingList> logger)
    : BackgroundService
{
    /// <summary>How often it is read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>How far a read goes back behind what was seen last: replicas lag, and writes of one second come in any order.</summary>
    private const int OverlapSeconds = 60;

    /// <summary>After which everything is read anew: what is over vanishes for good some time.</summary>
    private static readonly TimeSpan MaxGap = TimeSpan.FromHours(1);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>How many are read at a time when all are: some 200 KB.</summary>
    private const int PageSize = 500;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<UserId, UserStanding> _all = new();
    private Task? _reading;
    private volatile bool _isRead;
    private Scan? _scan;
    private long _newest;
    private DateTimeOffset _readAt;

    /// <summary>A user's standing, by what this instance knows.</summary>
    public Standing Of(UserId user) => _all.TryGetValue(user, out var found) ? found.At(time.GetUtcNow()) : Standing.None;

    /// <summary>The refusal of whatever a user writes; null if they may.</summary>
    public Problem? WriteRefusal(UserId user) => Of(user).WriteRefusal();

    /// <summary>The refusal of giving a user a standing; null while there is room, and for who has one.</summary>
    public Problem? RefusalWhenFull(UserId user)
    {
        var now = time.GetUtcNow();
        return Of(user) == Standing.None
            && _all.Values.Count(one => one.At(now) is not (Standing.None or Standing.Erased)) >= limits.Standings
            ? Problems.LimitReached("standings", limits.Standings)
            : null;
    }

    /// <summary>Whether the list was read; reads it if not.</summary>
    public async ValueTask<bool> IsReadAsync()
    {
        if (_isRead)
        {
            return true;
        }

        await ReadOnceAsync();
        return _isRead;
    }

    /// <summary>Takes in what this instance wrote.</summary>
    internal void Take(UserStanding standing) => _all[standing.UserId] = standing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await ReadOnceAsync();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task ReadOnceAsync()
    {
        lock (_lock)
        {
            return _reading is { IsCompleted: false } ? _reading : _reading = TryReadAsync();
        }
    }

    private async Task TryReadAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            await ReadAsync(timeout.Token);
        }
        catch (Exception exception)
        {
            logger.NotRead(exception, (long)(time.GetUtcNow() - _readAt).TotalMinutes);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_isRead || now - _readAt > MaxGap)
        {
            await ReadAllAsync(now, cancellationToken);
            return;
        }

        var query = new QueryDefinition("SELECT * FROM c WHERE c._ts >= @from ORDER BY c._ts")
            .WithParameter("@from", _newest - OverlapSeconds);
        var newest = _newest;
        await foreach (var standing in containers.Moderation.QueryPartitionAsync(
            query,
            new PartitionKey(UserStanding.Partition.Value),
            ChatJson.Default.DocumentsPageListedStanding,
            cancellationToken: cancellationToken))
        {
            newest = Math.Max(newest, standing.WrittenAt);
            Merge(standing.ToStanding(), now);
        }

        (_newest, _readAt) = (newest, now);
        foreach (var (user, _) in _all.Where(one => one.Value.Sources.All(source => source.IsOver(now))))
        {
            // It has vanished from the store, too.
            _all.TryRemove(user, out _);
        }
    }

    /// <summary>Reads all by id. A try that runs out of time leaves it to the next to go on where it ended.</summary>
    private async Task ReadAllAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scan = _scan ??= new Scan(now, "");
        List<ListedStanding> page;
        do
        {
            var query = new QueryDefinition("SELECT TOP @take * FROM c WHERE c.id > @after ORDER BY c.id")
                .WithParameter("@take", PageSize)
                .WithParameter("@after", scan.After);
            page = await containers.Moderation.QueryPartitionAsync(
                query,
                new PartitionKey(UserStanding.Partition.Value),
                ChatJson.Default.DocumentsPageListedStanding,
                pageSize: PageSize,
                cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            page.ForEach(standing => Merge(standing.ToStanding(), now));
            _scan = scan = page.Count == 0 ? scan : scan with { After = UserStanding.DocumentId(page[^1].UserId) };
        }
        while (page.Count == PageSize);

        // What changed since it began may be before where it was by then, and so is read next.
        (_newest, _readAt, _scan) = (scan.BeganAt.ToUnixTimeSeconds(), now, null);
        _isRead = true;
    }

    /// <summary>Keeps the newer of two, since a replica that lags may show what was before this instance's own write.</summary>
    private void Merge(UserStanding read, DateTimeOffset now) => _all.AddOrUpdate(
        read.UserId,
        read,
        (_, known) => read.Sources.Aggregate(known, (standing, source) => standing.With(source, now)));

    /// <summary>How far the reading of all has come.</summary>
    private sealed record Scan(DateTimeOffset BeganAt, string After);
}

/// <summary>A standing with the second in which it was written.</summary>
internal sealed record ListedStanding(UserId UserId, IReadOnlyList<StandingSource> Sources)
{
    [JsonPropertyName("_ts")]
    public long WrittenAt { get; init; }

    public UserStanding ToStanding() => new() { CaseId = UserStanding.Partition, UserId = UserId, Sources = Sources };
}

/// <summary>The log lines of standings.</summary>
internal static partial class StandingLog
{
    [LoggerMessage(510, LogLevel.Warning, "The list of standings can't be read; what this instance knows is {Minutes} minutes old.")]
    public static partial void NotRead(this ILogger logger, Exception exception, long minutes);
}
