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

    /// <summary>Places in push groups that were made before this are gone; null when none were taken away.</summary>
    public DateTimeOffset? GoneAt { get; init; }

    /// <summary>The renewal that has the lease, or had it last.</summary>
    public string Chain { get; init; } = "";

    /// <summary>When the lease ends, in Unix milliseconds.</summary>
    public long LeasedUntil { get; init; }

    /// <summary>Whether another renewal was asked for since whoever has the lease took or kept it: they look once more before they end.</summary>
    public bool Again { get; init; }
}

/// <summary>Keeps <see cref="ConnectionState"/>s. Each change is one conditional patch, so that of two that meet one gives way.</summary>
public sealed class ConnectionStates(ChatContainers containers, TimeProvider time)
{
    /// <summary>Longer than a part takes. A renewal that died goes on when its message comes again; others leave all to it until then.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>What places are measured in: those of before a note and of after it are told apart.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>A user's, or null while there is nothing to tell.</summary>
    public async Task<ConnectionState?> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            ConnectionState.DocumentId,
            new PartitionKey(user.Value),
            ChatJson.Default.ConnectionState,
            null,
            cancellationToken)).Document;

    /// <summary>A user's as it is, whatever replicas show: a write that never applies tells the SDK as of when to read.</summary>
    public async Task<ConnectionState?> ReadLatestAsync(UserId user, CancellationToken cancellationToken) =>
        await TryPatchAsync(user, [PatchOperation.Set("/leasedUntil", 0)], "c.id = ''", cancellationToken) is null
            ? null
            : await ReadAsync(user, cancellationToken);

    /// <summary>Notes that a user signs out, at an instant a second or more after every earlier one, and ends the lease of whoever renews.</summary>
    /// <returns>The instant.</returns>
    public Task<DateTimeOffset> SignOutAsync(UserId user, CancellationToken cancellationToken) => NoteAsync(
        user,
        null,
        at => [PatchOperation.Set("/signedOutAt", at), PatchOperation.Set("/goneAt", at), PatchOperation.Set("/leasedUntil", 0)],
        at => new ConnectionState { UserId = user, SignedOutAt = at, GoneAt = at },
        cancellationToken);

    /// <summary>Notes that all places of a user were taken away, at such an instant.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="before">What was noted just before, if anything: it saves a try.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The instant.</returns>
    public Task<DateTimeOffset> NoteGoneAsync(UserId user, DateTimeOffset? before, CancellationToken cancellationToken) => NoteAsync(
        user,
        before,
        at => [PatchOperation.Set("/goneAt", at)],
        at => new ConnectionState { UserId = user, GoneAt = at },
        cancellationToken);

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
                    // The clock of the instance that noted another is ahead, or the replica that is asked for it behind.
                    var other = (await ReadAsync(user, cancellationToken))?.GoneAt;
                    at = (other > at ? other.Value : at) + Step;
                    break;
            }
        }
    }

    /// <summary>Takes, or keeps, the lease for a renewal that was asked for after a sign-out.</summary>
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
                        return state.Chain == chain ? PushGroupLease.Ended : PushGroupLease.Void;
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

    /// <summary>Ends a part of a renewal, and with the last its lease. False when the user signed out, lost places, another has the lease or, for the last, asked for more.</summary>
    /// <param name="began">What was there when the part began.</param>
    /// <param name="chain">Who renews.</param>
    /// <param name="isLast">Whether nothing is left to renew.</param>
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

    /// <summary>False when the condition doesn't hold, null when there is nothing to patch.</summary>
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
    /// <summary>It may, and nobody else.</summary>
    Taken,

    /// <summary>Another one is at it, and looks once more before it ends.</summary>
    Busy,

    /// <summary>The user signed out since it was asked for.</summary>
    Void,

    /// <summary>The user signed out while it had the lease: it may have made places since.</summary>
    Ended,
}
