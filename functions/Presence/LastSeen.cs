using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Presence;

/// <summary>
/// When users last called. Their ordinary calls stamp it, at most every five minutes, and not for users who hide their presence.
/// </summary>
/// <remarks>Best effort, in the background: the next call makes up for a lost stamp.</remarks>
public sealed class LastSeen(
    ChatContainers containers,
    PrivacyReader privacy,
    StandingList standings,
    TimeProvider time,
    ILogger<LastSeen> logger)
{
    private const int MaxKept = 50_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>The pause after a failed stamp.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly BoundedCache<UserId, DateTimeOffset> _stamped = new(MaxKept);

    /// <summary>Stamps a user, in the background.</summary>
    public void Stamp(UserId user)
    {
        var now = time.GetUtcNow();
        if (_stamped.TryGet(user, out var before) && now - before < Interval)
        {
            return;
        }

        // Before the write, so that concurrent calls of the user write once.
        _stamped.Set(user, now);
        // Not awaited: no call waits for a stamp.
        _ = StampAsync(user, now);
    }

    /// <summary>
    /// When users were last seen, rounded down so that nobody learns the time of a call exactly. Users without a stamp are left
    /// out.
    /// </summary>
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
            if (standings.Of(user) != Standing.Erased && (await privacy.OfAsync(user, CancellationToken.None)).Presence)
            {
                await WriteAsync(new Profile { UserId = user, LastSeen = now.ToUnixTimeSeconds() });
            }
        }
        catch (Exception exception)
        {
            // A later call makes up for it, though not every one while the store is throttled.
            _stamped.Set(user, now - Interval + Pause);
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

            // Applies only if no other process stamped it meanwhile.
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

/// <summary>A user's profile document, in their partition.</summary>
internal sealed record Profile
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
