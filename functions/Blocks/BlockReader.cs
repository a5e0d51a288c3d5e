using Chat.Functions.Privacy;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>
/// Looks for blocks of a user. Users between whom and somebody there never was one need no look: their settings say so.
/// </summary>
public sealed class BlockReader(BlockStore store, PrivacyReader privacy, TimeProvider time)
{
    /// <summary>How many pairs are kept, of some 200 bytes each.</summary>
    private const int MaxKept = 50_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly BoundedCache<(UserId User, UserId Other), (Blocked Blocked, DateTimeOffset Until)> _kept = new(MaxKept);

    /// <summary>Which of some users block a user, or are blocked by them, as it is stored now: for whoever joins.</summary>
    public async Task<IReadOnlySet<UserId>> BetweenAsync(UserId user, IEnumerable<UserId> others, CancellationToken cancellationToken) =>
        (await privacy.ReadAsync(user, cancellationToken)).HasBlocks
            ? (await store.AmongAsync(user, others, cancellationToken)).Keys.ToHashSet()
            : new HashSet<UserId>();

    /// <summary>Which of some users block a user, or are blocked by them, for what is only shown: up to 30 s old.</summary>
    public Task<IReadOnlySet<UserId>> ApartAsync(UserId user, IEnumerable<UserId> others, CancellationToken cancellationToken) =>
        KnownAsync(user, others, blocked => blocked != Blocked.None, cancellationToken);

    /// <summary>Which of some users a user blocks, for what is only shown: up to 30 s old.</summary>
    public Task<IReadOnlySet<UserId>> BlockedAsync(UserId user, IEnumerable<UserId> others, CancellationToken cancellationToken) =>
        KnownAsync(user, others, blocked => blocked.HasFlag(Blocked.ByUser), cancellationToken);

    /// <summary>Those pairs of whom the first one blocks the other, for what is only shown: up to 30 s old.</summary>
    public async Task<IReadOnlySet<(UserId User, UserId Other)>> BlockedAsync(
        IReadOnlyCollection<(UserId User, UserId Other)> pairs,
        CancellationToken cancellationToken)
    {
        var found = new HashSet<(UserId User, UserId Other)>();
        if (pairs.Count > 0)
        {
            // One read for all of them. Few have ever blocked anybody.
            var settings = await privacy.OfAsync([.. pairs.Select(pair => pair.User)], cancellationToken);
            foreach (var own in pairs.Where(pair => settings[pair.User].HasBlocks).GroupBy(pair => pair.User, pair => pair.Other))
            {
                found.UnionWith((await BlockedAsync(own.Key, own, cancellationToken)).Select(other => (own.Key, other)));
            }
        }

        return found;
    }

    /// <summary>Forgets what is kept of two users, because one of them blocked the other or took it back.</summary>
    public void Changed(UserId user, UserId other)
    {
        _kept.Remove((user, other));
        _kept.Remove((other, user));
    }

    private async Task<IReadOnlySet<UserId>> KnownAsync(
        UserId user,
        IEnumerable<UserId> others,
        Predicate<Blocked> isMeant,
        CancellationToken cancellationToken)
    {
        var all = others.Where(other => other != user).ToHashSet();
        if (all.Count == 0 || !(await privacy.OfAsync(user, cancellationToken)).HasBlocks)
        {
            return new HashSet<UserId>();
        }

        var (now, found) = (time.GetUtcNow(), new HashSet<UserId>());
        var unknown = new List<UserId>();
        foreach (var other in all)
        {
            if (!_kept.TryGet((user, other), out var kept) || kept.Until <= now)
            {
                unknown.Add(other);
            }
            else if (isMeant(kept.Blocked))
            {
                found.Add(other);
            }
        }

        if (unknown.Count > 0)
        {
            var read = await store.AmongAsync(user, unknown, cancellationToken);
            foreach (var other in unknown)
            {
                var blocked = read.GetValueOrDefault(other);
                _kept.Set((user, other), (blocked, now + Lifetime));
                if (isMeant(blocked))
                {
                    found.Add(other);
                }
            }
        }

        return found;
    }
}

/// <summary>Which of two users blocks the other.</summary>
[Flags]
public enum Blocked
{
    None = 0,
    ByUser = 1,
    ByOther = 2,
}
