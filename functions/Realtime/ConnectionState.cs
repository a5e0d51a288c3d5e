using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Realtime;

/// <summary>A user's last sign-out, and the lease of the renewal of their push groups. In the user's partition.</summary>
public sealed record ConnectionState
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "connections";

    [JsonPropertyOrder(-2)]
    public string Type => "connections";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>The last sign-out; null when there was none.</summary>
    public DateTimeOffset? SignedOutAt { get; init; }

    /// <summary>
    /// When all their push group memberships were removed last; those made before it are gone. Null when they never were.
    /// </summary>
    public DateTimeOffset? GoneAt { get; init; }

    /// <summary>The sign-out of which all is done; null before the first.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The renewal that holds the lease, or held it last.</summary>
    public string Chain { get; init; } = "";

    /// <summary>When the lease ends, in Unix milliseconds.</summary>
    public long LeasedUntil { get; init; }

    /// <summary>
    /// Whether another renewal was requested since the lease was taken or extended. Its holder then checks once more before it
    /// ends.
    /// </summary>
    public bool Again { get; init; }
}

/// <summary>
/// Stores <see cref="ConnectionState"/>s. Each change is one conditional patch, so of two concurrent changes one applies first
/// and the other is refused.
/// </summary>
public sealed class ConnectionStates(ChatContainers containers, TimeProvider time)
{
    /// <summary>
    /// Longer than a part of a renewal takes. If the holder dies, its queue message is delivered again and continues; until then
    /// other renewals leave the work to it.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The resolution of push group expiry. Instants differ by at least this much, so that memberships from before and after one
    /// can be told apart.
    /// </summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>A user's state; null while there is none.</summary>
    public async Task<ConnectionState?> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            ConnectionState.DocumentId,
            new PartitionKey(user.Value),
            ChatJson.Default.ConnectionState,
            null,
            cancellationToken)).Document;

    /// <summary>
    /// A user's current state, even if replicas lag. A write whose condition never holds goes to the write region, and the SDK
    /// takes the session token from its answer.
    /// </summary>
    public async Task<ConnectionState?> ReadLatestAsync(UserId user, CancellationToken cancellationToken) =>
        await TryPatchAsync(user, [PatchOperation.Set("/leasedUntil", 0)], "c.id = ''", cancellationToken) is null
            ? null
            : await ReadAsync(user, cancellationToken);

    /// <summary>Records a sign-out at an instant at least a second after every earlier one, and ends the lease.</summary>
    /// <returns>The instant.</returns>
    public Task<DateTimeOffset> SignOutAsync(UserId user, CancellationToken cancellationToken) => NoteAsync(
        user,
        null,
        at => [PatchOperation.Set("/signedOutAt", at), PatchOperation.Set("/goneAt", at), PatchOperation.Set("/leasedUntil", 0)],
        at => new ConnectionState { UserId = user, SignedOutAt = at, GoneAt = at },
        cancellationToken);

    /// <summary>
    /// Records that all of a user's memberships were removed, at an instant at least a second after every earlier one.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="before">The instant recorded just before, if any. It saves a retry.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The instant.</returns>
    public Task<DateTimeOffset> NoteGoneAsync(UserId user, DateTimeOffset? before, CancellationToken cancellationToken) => NoteAsync(
        user,
        before,
        at => [PatchOperation.Set("/goneAt", at)],
        at => new ConnectionState { UserId = user, GoneAt = at },
        cancellationToken);

    /// <summary>The same, by a sign-out of which that was the last step. If a later one is completed, that stays noted.</summary>
    public async Task NoteCompletedAsync(UserId user, DateTimeOffset signedOutAt, CancellationToken cancellationToken)
    {
        await NoteAsync(
            user,
            signedOutAt,
            at => [PatchOperation.Set("/goneAt", at)],
            at => new ConnectionState { UserId = user, SignedOutAt = signedOutAt, GoneAt = at, CompletedAt = signedOutAt },
            cancellationToken);
        var isLater = $"NOT IS_STRING(c.completedAt) OR c.completedAt < '{TimestampConverter.ToText(signedOutAt)}'";
        await TryPatchAsync(user, [PatchOperation.Set("/completedAt", signedOutAt)], isLater, cancellationToken);
    }

    private async Task<DateTimeOffset> NoteAsync(
        UserId user,
        DateTimeOffset? before,
        Func<DateTimeOffset, List<PatchOperation>> change,
        Func<DateTimeOffset, ConnectionState> first,
        CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        if (before + Step is { } next && next > at)
        {
            at = next;
        }

        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var isLater = $"NOT IS_STRING(c.goneAt) OR c.goneAt <= '{TimestampConverter.ToText(at - Step)}'";
            switch (await TryPatchAsync(user, change(at), isLater, cancellationToken))
            {
                case true:
                    return at;
                case null when await TryCreateAsync(first(at), cancellationToken):
                    return at;
                case false:
                    // Another instance's clock is ahead, or the replica lags.
                    var other = (await ReadAsync(user, cancellationToken))?.GoneAt;
                    at = (other > at ? other.Value : at) + Step;
                    break;
            }
        }
    }

    /// <summary>Takes or extends the lease for a renewal that was requested after a given sign-out.</summary>
    public async Task<PushGroupLease> TryLeaseAsync(
        UserId user,
        string chain,
        DateTimeOffset? signedOutAt,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var now = time.GetUtcNow();
            var until = (now + Lease).ToUnixTimeMilliseconds();
            var isSame = Is("signedOutAt", signedOutAt);
            var isFree = $"(c.leasedUntil < {now.ToUnixTimeMilliseconds()} OR c.chain = '{chain}')";
            List<PatchOperation> take =
            [
                PatchOperation.Set("/chain", chain),
                PatchOperation.Set("/leasedUntil", until),
                PatchOperation.Set("/again", false),
            ];
            switch (await TryPatchAsync(user, take, $"{isSame} AND {isFree}", cancellationToken))
            {
                case true:
                    return PushGroupLease.Taken;
                case false when await ReadAsync(user, cancellationToken) is { } state:
                    if (state.SignedOutAt != signedOutAt)
                    {
                        return state.Chain == chain ? PushGroupLease.SignedOutWhileHeld : PushGroupLease.SignedOutBefore;
                    }

                    var isBusy = $"{isSame} AND NOT {isFree}";
                    if (await TryPatchAsync(user, [PatchOperation.Set("/again", true)], isBusy, cancellationToken) is true)
                    {
                        return PushGroupLease.Busy;
                    }

                    break;
                case null when await TryCreateAsync(
                    new ConnectionState { UserId = user, SignedOutAt = signedOutAt, Chain = chain, LeasedUntil = until },
                    cancellationToken):
                    return PushGroupLease.Taken;
            }
        }
    }

    /// <summary>
    /// Ends a part of a renewal: extends the lease, or after the last part releases it. False when the user signed out,
    /// memberships were removed, another renewal holds the lease, or (for the last part) another one was requested.
    /// </summary>
    /// <param name="began">The state when the part began.</param>
    /// <param name="chain">The renewal.</param>
    /// <param name="isLast">Whether no memberships are left to renew.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<bool> TryEndPartAsync(ConnectionState began, string chain, bool isLast, CancellationToken cancellationToken)
    {
        var until = isLast ? 0 : (time.GetUtcNow() + Lease).ToUnixTimeMilliseconds();
        var isEnough = isLast ? " AND (NOT IS_DEFINED(c.again) OR c.again = false)" : "";
        var isAsBefore = $"{Is("signedOutAt", began.SignedOutAt)} AND {Is("goneAt", began.GoneAt)} AND c.chain = '{chain}'{isEnough}";
        return await TryPatchAsync(began.UserId, [PatchOperation.Set("/leasedUntil", until)], isAsBefore, cancellationToken) is true;
    }

    private static string Is(string name, DateTimeOffset? at) =>
        at is { } instant ? $"c.{name} = '{TimestampConverter.ToText(instant)}'" : $"NOT IS_STRING(c.{name})";

    /// <summary>False when the condition doesn't hold, null when there is no document.</summary>
    private async Task<bool?> TryPatchAsync(
        UserId user,
        List<PatchOperation> operations,
        string? condition,
        CancellationToken cancellationToken)
    {
        using var patched = await containers.Users.PatchItemStreamAsync(
            ConnectionState.DocumentId,
            new PartitionKey(user.Value),
            operations,
            new PatchItemRequestOptions
            {
                FilterPredicate = condition is null ? null : $"FROM c WHERE {condition}",
                EnableContentResponseOnWrite = false,
            },
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
public enum PushGroupLease
{
    /// <summary>It holds the lease.</summary>
    Taken,

    /// <summary>Another renewal holds it, and will check once more before it ends.</summary>
    Busy,

    /// <summary>The user signed out after this renewal was requested, and before it took the lease.</summary>
    SignedOutBefore,

    /// <summary>The user signed out while it held the lease. It may have added memberships since.</summary>
    SignedOutWhileHeld,
}
