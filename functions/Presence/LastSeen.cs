using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Presence;

/// <summary>When users last called: stamped by calls that they make anyway, at most every five minutes, and not for those who hide it.</summary>
/// <remarks>Best effort, in the background: a stamp that is lost is made up for by the next call.</remarks>
public sealed class LastSeen(ChatContainers containers, PrivacyReader privacy, TimeProvider time, ILogger<LastSeen> logger)
{
    private const int MaxKept = 50_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>After a stamp that failed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<UserId, DateTimeOffset> _stamped = new();

    /// <summary>Notes that a user calls.</summary>
    public void Stamp(UserId user)
    {
        var now = time.GetUtcNow();
        if (_stamped.TryGetValue(user, out var before) && now - before < Interval)
        {
            return;
        }

        if (_stamped.Count >= MaxKept)
        {
            _stamped.Clear();
        }

        _stamped[user] = now;
        _ = StampAsync(user, now);
    }

    /// <summary>When some users were last seen, rounded down so that nobody learns the second of a call; those of whom nothing is known are left out.</summary>
    public async Task<IReadOnlyDictionary<UserId, DateTimeOffset?>> OfAsync(
        IReadOnlyList<UserId> users,
        CancellationToken cancellationToken)
    {
        if (users.Count == 0)
        {
            return new Dictionary<UserId, DateTimeOffset?>();
        }

        var profiles = await containers.Users.ReadDocumentsAsync(
            users.Select(user => (Profile.DocumentId, new PartitionKey(user.Value))),
            ChatJson.Default.DocumentsPageProfile,
            cancellationToken: cancellationToken);
        return profiles.ToDictionary(profile => profile.UserId, profile => (DateTimeOffset?)RoundedDown(profile.LastSeen));
    }

    private static DateTimeOffset RoundedDown(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds - (seconds % (long)Interval.TotalSeconds));

    private async Task StampAsync(UserId user, DateTimeOffset now)
    {
        try
        {
            if ((await privacy.OfAsync(user, CancellationToken.None)).Presence)
            {
                await WriteAsync(new Profile { UserId = user, LastSeen = now.ToUnixTimeSeconds() });
            }
        }
        catch (Exception exception)
        {
            // A later call makes up for it, but not each that comes while the store is throttled.
            _stamped.TryUpdate(user, now - Interval + Pause, now);
            logger.NotStamped(exception);
        }
    }

    private async Task WriteAsync(Profile profile)
    {
        var partition = new PartitionKey(profile.UserId.Value);
        using var patched = await containers.Users.PatchItemStreamAsync(
            Profile.DocumentId,
            partition,
            [PatchOperation.Set("/lastSeen", profile.LastSeen)],

            // Another process may have stamped it.
            new PatchItemRequestOptions
            {
                FilterPredicate = $"FROM c WHERE c.lastSeen <= {profile.LastSeen - (long)Interval.TotalSeconds}",
                EnableContentResponseOnWrite = false,
            });
        if (patched.StatusCode == HttpStatusCode.NotFound)
        {
            using var document = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(profile, ChatJson.Default.Profile), writable: false);
            using var created = await containers.Users.CreateItemStreamAsync(
                document,
                partition,
                new ItemRequestOptions { EnableContentResponseOnWrite = false });
            if (created.StatusCode != HttpStatusCode.Conflict)
            {
                created.EnsureSuccessStatusCode();
            }
        }
        else if (patched.StatusCode != HttpStatusCode.PreconditionFailed)
        {
            patched.EnsureSuccessStatusCode();
        }
    }
}

/// <summary>What is kept about a user, in their partition.</summary>
public sealed record Profile
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "profile";

    [JsonPropertyOrder(-2)]
    public string Type => "profile";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>In Unix seconds.</summary>
    public required long LastSeen { get; init; }
}
