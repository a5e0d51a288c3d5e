using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Presence;

/// <summary>Whether users are connected: SignalR's answer, cached for 15 s.</summary>
public sealed class PresenceCache(ChatHub hub, TimeProvider time, ILogger<PresenceCache> logger)
{
    private const int MaxKept = 20_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly BoundedCache<UserId, (bool IsThere, DateTimeOffset Until)> _kept = new(MaxKept);

    /// <summary>Which of these users have a connection; null when SignalR doesn't answer.</summary>
    public async Task<IReadOnlyDictionary<UserId, bool>?> AreThereAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var all = await Task.WhenAll(users.Select(async user => (user, isThere: await IsThereAsync(user, either.Token))));
            return all.ToDictionary(one => one.user, one => one.isThere);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.PresenceUnknown(exception);
            return null;
        }
    }

    private async Task<bool> IsThereAsync(UserId user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_kept.TryGet(user, out var kept) && kept.Until > now)
        {
            return kept.IsThere;
        }

        var isThere = await hub.IsConnectedAsync(user, cancellationToken);
        _kept.Set(user, (isThere, now + Lifetime));
        return isThere;
    }
}
