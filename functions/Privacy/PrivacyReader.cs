using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Privacy;

/// <summary>
/// Reads users' privacy settings and caches them for 30 s. A change takes effect at once in the process that made it, and within
/// 30 s in all others.
/// </summary>
/// <remarks>A read that began before a change may end after it. So of two versions the cache keeps the newer one.</remarks>
public sealed class PrivacyReader(ChatContainers containers, TimeProvider time)
{
    private const int MaxKept = 20_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();

    /// <summary>
    /// Replaced by an empty one when it is full. A read that is under way writes to the old one, and so can't overwrite a newer
    /// version.
    /// </summary>
    private Dictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> _kept = [];

    /// <summary>
    /// Whether a user shares read receipts. False when the settings can't be read within 500 ms: a send mustn't wait or fail for
    /// them.
    /// </summary>
    public async Task<bool> ShowsReadAsync(UserId user, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await OfAsync(user, either.Token)).ReadReceipts;
        }
        catch (Exception exception) when ((exception is CosmosException || CosmosFailures.IsTransient(exception))
            && !cancellationToken.IsCancellationRequested)
        {
            // Not shown is the safe answer.
            return false;
        }
    }

    /// <summary>A user's settings; the defaults if they never changed them.</summary>
    public async Task<PrivacySettings> OfAsync(UserId user, CancellationToken cancellationToken) =>
        (await OfAsync([user], cancellationToken))[user];

    /// <summary>The settings of several users.</summary>
    public async Task<IReadOnlyDictionary<UserId, PrivacySettings>> OfAsync(
        IReadOnlyCollection<UserId> users,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var all = new Dictionary<UserId, PrivacySettings>();
        var unknown = new List<UserId>();
        var kept = WithRoom();
        lock (_lock)
        {
            foreach (var user in users.Distinct())
            {
                if (kept.TryGetValue(user, out var known) && known.Until > now)
                {
                    all[user] = known.Settings;
                }
                else
                {
                    unknown.Add(user);
                }
            }
        }

        if (unknown.Count > 0)
        {
            var read = await containers.Users.ReadDocumentsAsync(
                unknown.Select(user => (PrivacySettings.DocumentId, new PartitionKey(user.Value))),
                ChatJson.Default.DocumentsPagePrivacySettings,
                cancellationToken: cancellationToken);
            var found = read.ToDictionary(settings => settings.UserId);
            unknown.ForEach(user => all[user] = Keep(kept, found.GetValueOrDefault(user) ?? new PrivacySettings { UserId = user }, now));
        }

        return all;
    }

    /// <summary>A user's settings as they are stored now, for what mustn't go by older ones.</summary>
    public async Task<PrivacySettings> ReadAsync(UserId user, CancellationToken cancellationToken)
    {
        var (now, kept) = (time.GetUtcNow(), WithRoom());
        var (settings, _) = await containers.Users.ReadDocumentAsync(
            PrivacySettings.DocumentId,
            new PartitionKey(user.Value),
            ChatJson.Default.PrivacySettings,
            cancellationToken: cancellationToken);
        return Keep(kept, settings ?? new PrivacySettings { UserId = user }, now);
    }

    /// <summary>Caches settings that this process wrote.</summary>
    public void Changed(PrivacySettings settings) => Keep(WithRoom(), settings, time.GetUtcNow());

    private Dictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> WithRoom()
    {
        lock (_lock)
        {
            return _kept.Count < MaxKept ? _kept : _kept = [];
        }
    }

    /// <summary>Caches settings unless a newer version is cached, and returns the newer ones.</summary>
    /// <param name="kept">The cache at the time of the read.</param>
    /// <param name="settings">What was read or written.</param>
    /// <param name="now">When the read began.</param>
    private PrivacySettings Keep(
        Dictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> kept,
        PrivacySettings settings,
        DateTimeOffset now)
    {
        lock (_lock)
        {
            if (kept.TryGetValue(settings.UserId, out var known) && known.Until > now && known.Settings.Version > settings.Version)
            {
                return known.Settings;
            }

            kept[settings.UserId] = (settings, now + Lifetime);
            return settings;
        }
    }
}
