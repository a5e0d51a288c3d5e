using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Privacy;

/// <summary>Reads users' privacy settings, kept for half a minute: a change is in force everywhere after that, and at once where it was made.</summary>
/// <remarks>A read that began before a change was written may end after it. Of two versions the newer is kept, for as long as it is believed.</remarks>
public sealed class PrivacyReader(ChatContainers containers, TimeProvider time)
{
    private const int MaxKept = 20_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();

    /// <summary>Replaced when it is full. A read that began before that ends in the old one, and so replaces nothing.</summary>
    private Dictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> _kept = [];

    /// <summary>Whether a user shows how far they read. False when that can't be found out soon: what they do mustn't wait or fail for it.</summary>
    public async Task<bool> ShowsReadAsync(UserId user, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await OfAsync(user, either.Token)).ReadReceipts;
        }
        catch (Exception exception) when ((exception is CosmosException || CosmosFailures.IsTransient(exception))
            && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A user's settings; the defaults when they never changed any.</summary>
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

    /// <summary>Takes in what was written here.</summary>
    public void Changed(PrivacySettings settings) => Keep(WithRoom(), settings, time.GetUtcNow());

    private Dictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> WithRoom()
    {
        lock (_lock)
        {
            return _kept.Count < MaxKept ? _kept : _kept = [];
        }
    }

    /// <summary>The newer of these settings and what is known already.</summary>
    /// <param name="kept">Where they are kept.</param>
    /// <param name="settings">What was read or written.</param>
    /// <param name="now">When that began.</param>
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
