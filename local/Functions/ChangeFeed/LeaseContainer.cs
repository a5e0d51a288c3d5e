using System.Text.Json;
using Chat.Local.CosmosDb;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>
/// The leases of one host in a lease container: one document for each function and range. A lease is changed by the host that owns
/// it, or by any once it has expired or was released, or when its host died with an earlier process.
/// </summary>
/// <remarks>
/// The meter counts each read and write as <c>lease</c>. Azure's trigger also lists the leases every 13 s, which isn't counted.
/// </remarks>
internal sealed class LeaseContainer(LocalAzure azure, string database, string container, TimeSpan expiration)
{
    private readonly SharedByHosts _shared = SharedByHosts.Of(azure);
    private readonly string _host = $"{SharedByHosts.Of(azure).Id}/{Guid.NewGuid()}";

    /// <summary>Creates a lease, which nobody owns, unless there is one.</summary>
    /// <param name="start">Where to start if the lease is new.</param>
    public Task CreateAsync(string id, Func<Task<long>> start) =>
        ChangeAsync(id, async lease => lease is null ? new Lease(id, await start(), null, default) : null);

    /// <summary>Takes a lease for this host; null when another has it.</summary>
    public Task<Lease?> TryAcquireAsync(string id) =>
        ChangeAsync(id, lease => Task.FromResult(lease is not null && IsFree(lease) ? Owned(lease) : null));

    /// <summary>Keeps a lease that this host has, and its progress; false when another has taken it.</summary>
    /// <param name="lsn">The progress to save; only the lease is renewed when null.</param>
    public async Task<bool> TryKeepAsync(string id, long? lsn = null) =>
        await ChangeAsync(
            id, lease => Task.FromResult(lease?.Owner == _host ? Owned(lease) with { Lsn = lsn ?? lease.Lsn } : null)) is not null;

    /// <summary>Leaves a lease to others, if this host has it.</summary>
    public Task ReleaseAsync(string id) =>
        ChangeAsync(id, lease => Task.FromResult(lease?.Owner == _host ? lease with { Owner = null } : null));

    private bool IsFree(Lease lease) =>
        lease.Owner is not { } owner
        || owner == _host
        || lease.ExpiresAt <= azure.Time.GetUtcNow()
        || !owner.StartsWith(_shared.Id, StringComparison.Ordinal);

    private Lease Owned(Lease lease) => lease with { Owner = _host, ExpiresAt = azure.Time.GetUtcNow() + expiration };

    /// <summary>Writes what <paramref name="change"/> makes of the lease, and returns it; null when it makes nothing.</summary>
    private async Task<Lease?> ChangeAsync(string id, Func<Lease?, Task<Lease?>> change)
    {
        await _shared.LeaseLock.WaitAsync();
        try
        {
            var stored = await azure.Cosmos.ReadDocumentAsync(database, container, id, id);
            Count(RequestCharge.Read(stored?.Length ?? 0));
            var changed = await change(stored is null ? null : JsonSerializer.Deserialize<Lease>(stored, JsonSerializerOptions.Web));
            if (changed is not null)
            {
                var document = JsonSerializer.SerializeToUtf8Bytes(changed, JsonSerializerOptions.Web);
                Count(await azure.Cosmos.UpsertDocumentAsync(database, container, id, document));
            }

            return changed;
        }
        finally
        {
            _shared.LeaseLock.Release();
        }
    }

    private void Count(double charge) => azure.Meter.Add("cosmos", "lease", charge);
}
