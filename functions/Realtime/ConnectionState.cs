using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Realtime;

/// <summary>What is kept about a user's connections, in their partition: when they signed out last, and who renews their push groups.</summary>
public sealed record ConnectionState
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "connections";

    [JsonPropertyOrder(-2)]
    public string Type => "connections";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>Null when they never did.</summary>
    public DateTimeOffset? SignedOutAt { get; init; }

    /// <summary>The renewal that has the lease, or had it last.</summary>
    public string Chain { get; init; } = "";

    /// <summary>When the lease ends, in Unix milliseconds.</summary>
    public long LeasedUntil { get; init; }
}

/// <summary>Keeps <see cref="ConnectionState"/>s. Each change is one conditional patch, so that of two that meet one gives way.</summary>
public sealed class ConnectionStates(ChatContainers containers, TimeProvider time)
{
    /// <summary>Longer than a part takes; a renewal that died holds up the next for as long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>A user's, or null while there is nothing to tell.</summary>
    public async Task<ConnectionState?> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(ConnectionState.DocumentId, new PartitionKey(user.Value), ChatJson.Default.ConnectionState, null, cancellationToken)).Document;

    /// <summary>Notes that a user signs out, at an instant after every earlier one, and ends the lease of whoever renews.</summary>
    public async Task SignOutAsync(UserId user, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var isLater = $"IS_NULL(c.signedOutAt) OR c.signedOutAt < '{TimestampConverter.ToText(at)}'";
            switch (await TryPatchAsync(user, [PatchOperation.Set("/signedOutAt", at), PatchOperation.Set("/leasedUntil", 0)], isLater, cancellationToken))
            {
                case true:
                    return;
                case null when await TryCreateAsync(new ConnectionState { UserId = user, SignedOutAt = at }, cancellationToken):
                    return;
                case false:
                    // The clock of the instance that noted another is ahead, or the replica that is asked for it behind.
                    var other = (await ReadAsync(user, cancellationToken))?.SignedOutAt;
                    at = other >= at ? other.Value.AddMilliseconds(1) : at.AddSeconds(1);
                    break;
            }
        }
    }

    /// <summary>Takes, or keeps, the lease for a renewal.</summary>
    public async Task<PushGroupLease> TryLeaseAsync(UserId user, string chain, DateTimeOffset? signedOutAt, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var now = time.GetUtcNow();
            var until = (now + Lease).ToUnixTimeMilliseconds();
            var isFree = $"{SignedOut(signedOutAt)} AND (c.leasedUntil < {now.ToUnixTimeMilliseconds()} OR c.chain = '{chain}')";
            switch (await TryPatchAsync(user, [PatchOperation.Set("/chain", chain), PatchOperation.Set("/leasedUntil", until)], isFree, cancellationToken))
            {
                case true:
                    return default;
                case false when await ReadAsync(user, cancellationToken) is { } state:
                    // A replica that doesn't show yet who has it makes the next try somewhat later.
                    return state.SignedOutAt > signedOutAt || (signedOutAt is null && state.SignedOutAt is not null)
                        ? new PushGroupLease(IsVoid: true, null)
                        : new PushGroupLease(IsVoid: false, DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(state.LeasedUntil, now.ToUnixTimeMilliseconds() + 1_000)));
                case null when await TryCreateAsync(new ConnectionState { UserId = user, SignedOutAt = signedOutAt, Chain = chain, LeasedUntil = until }, cancellationToken):
                    return default;
            }
        }
    }

    /// <summary>Ends a part of a renewal, and with the last its lease. False when the user signed out meanwhile, or somebody else has the lease.</summary>
    public async Task<bool> TryEndPartAsync(UserId user, string chain, DateTimeOffset? signedOutAt, bool isLast, CancellationToken cancellationToken)
    {
        var until = isLast ? 0 : (time.GetUtcNow() + Lease).ToUnixTimeMilliseconds();
        return await TryPatchAsync(user, [PatchOperation.Set("/leasedUntil", until)], $"{SignedOut(signedOutAt)} AND c.chain = '{chain}'", cancellationToken) is true;
    }

    private static string SignedOut(DateTimeOffset? at) => at is { } instant ? $"c.signedOutAt = '{TimestampConverter.ToText(instant)}'" : "IS_NULL(c.signedOutAt)";

    /// <summary>False when the condition doesn't hold, null when there is nothing to patch.</summary>
    private async Task<bool?> TryPatchAsync(UserId user, List<PatchOperation> operations, string? condition, CancellationToken cancellationToken)
    {
        using var patched = await containers.Users.PatchItemStreamAsync(
            ConnectionState.DocumentId,
            new PartitionKey(user.Value),
            operations,
            new PatchItemRequestOptions { FilterPredicate = condition is null ? null : $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false },
            cancellationToken);
        switch (patched.StatusCode)
        {
            case HttpStatusCode.NotFound:
                return null;
            case HttpStatusCode.PreconditionFailed:
                return false;
            default:
                patched.EnsureSuccessStatusCode();
                return true;
        }
    }

    /// <summary>False when there is one already.</summary>
    private async Task<bool> TryCreateAsync(ConnectionState state, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(state, ChatJson.Default.ConnectionState), writable: false);
        using var created = await containers.Users.CreateItemStreamAsync(
            body,
            new PartitionKey(state.UserId.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        if (created.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }

        created.EnsureSuccessStatusCode();
        return true;
    }
}

/// <summary>Whether a renewal may go on.</summary>
/// <param name="IsVoid">The user signed out since it was asked for.</param>
/// <param name="BusyUntil">Until when another one may have the lease; null when this one has it.</param>
public readonly record struct PushGroupLease(bool IsVoid, DateTimeOffset? BusyUntil);
