using System.Collections.Concurrent;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Privacy;

/// <summary>Reads users' privacy settings, kept for half a minute: a change is in force everywhere after that.</summary>
public sealed class PrivacyReader(ChatContainers containers, TimeProvider time)
{
    private const int MaxKept = 20_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<UserId, (PrivacySettings Settings, DateTimeOffset Until)> _kept = new();

    /// <summary>A user's settings; the defaults when they never changed any.</summary>
    public async Task<PrivacySettings> OfAsync(UserId user, CancellationToken cancellationToken) => (await OfAsync([user], cancellationToken))[user];

    /// <summary>The settings of several users.</summary>
    public async Task<IReadOnlyDictionary<UserId, PrivacySettings>> OfAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(users);
        var now = time.GetUtcNow();
        var all = new Dictionary<UserId, PrivacySettings>();
        var unknown = new List<UserId>();
        foreach (var user in users.Distinct())
        {
            if (_kept.TryGetValue(user, out var kept) && kept.Until > now)
            {
                all[user] = kept.Settings;
            }
            else
            {
                unknown.Add(user);
            }
        }

        if (unknown.Count > 0)
        {
            var read = await containers.Users.ReadDocumentsAsync(
                unknown.Select(user => (PrivacySettings.DocumentId, new PartitionKey(user.Value))),
                ChatJson.Default.DocumentsPagePrivacySettings,
                cancellationToken: cancellationToken);
            var found = read.ToDictionary(settings => settings.UserId);
            unknown.ForEach(user => all[user] = Keep(found.GetValueOrDefault(user) ?? new PrivacySettings { UserId = user }, now));
        }

        return all;
    }

    /// <summary>Takes in what was written here.</summary>
    public void Changed(PrivacySettings settings) => Keep(settings, time.GetUtcNow());

    private PrivacySettings Keep(PrivacySettings settings, DateTimeOffset now)
    {
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[settings.UserId] = (settings, now + Lifetime);
        return settings;
    }
}
