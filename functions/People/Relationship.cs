using System.Net;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.People;

/// <summary>
/// How a user and another one follow each other, in the user's partition. Each direction has a version of its own, and the higher
/// one is the newer.
/// </summary>
public sealed record Relationship
{
    [JsonPropertyOrder(-2)]
    public string Type => "rel";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(OtherUserId);

    public required UserId UserId { get; init; }

    public required UserId OtherUserId { get; init; }

    /// <summary>Whether the user follows the other one.</summary>
    public bool Follows { get; init; }

    public long FollowsVersion { get; init; }

    /// <summary>Whether the other one follows the user.</summary>
    public bool Followed { get; init; }

    public long FollowedVersion { get; init; }

    public static string DocumentId(UserId other) => $"rel:{other.Value}";
}

/// <summary>The host app says that a user follows another one, or doesn't.</summary>
public sealed record Following(UserId From, UserId To, bool Follows, long Version);

/// <summary>Stores <see cref="Relationship"/>s.</summary>
/// <remarks>
/// Each is two conditional patches, one in each user's partition, so that either side's question is a read in its own partition. A
/// patch that isn't newer changes nothing, so a repeat completes what a crash left.
/// </remarks>
public sealed class RelationshipStore(ChatContainers containers)
{
    /// <summary>Notes a relationship in both partitions, where nothing newer is known.</summary>
    public async Task SetAsync(Following one, CancellationToken cancellationToken)
    {
        await SetAsync(
            new Relationship { UserId = one.From, OtherUserId = one.To, Follows = one.Follows, FollowsVersion = one.Version },
            [PatchOperation.Set("/follows", one.Follows), PatchOperation.Set("/followsVersion", one.Version)],
            $"c.followsVersion < {one.Version}",
            cancellationToken);
        await SetAsync(
            new Relationship { UserId = one.To, OtherUserId = one.From, Followed = one.Follows, FollowedVersion = one.Version },
            [PatchOperation.Set("/followed", one.Follows), PatchOperation.Set("/followedVersion", one.Version)],
            $"c.followedVersion < {one.Version}",
            cancellationToken);
    }

    private async Task SetAsync(
        Relationship first,
        IReadOnlyList<PatchOperation> change,
        string isNewer,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(first.UserId.Value);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            using var patched = await containers.Users.PatchItemStreamAsync(
                first.Id,
                partition,
                change,
                new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {isNewer}", EnableContentResponseOnWrite = false },
                cancellationToken);
            if (patched.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return;
            }

            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                patched.EnsureSuccessStatusCode();
                return;
            }

            if (await containers.Users.TryWriteDocumentAsync(
                first,
                first.Id,
                partition,
                null,
                ChatJson.Default.Relationship,
                cancellationToken))
            {
                return;
            }
        }
    }
}
