using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// Operations on one logical partition that see each other and take effect together, under one log sequence number, or not at all.
/// The caller holds the partition's lock, then the range's, from the first operation to <see cref="Commit"/>.
/// </summary>
/// <param name="refuseConditions">Whether every condition counts as failed, as a test asked.</param>
internal sealed class Transaction(LogicalPartition partition, bool refuseConditions)
{
    private readonly List<Change> _changes = [];
    private readonly long _now = partition.Container.Now;
    private int _writes;

    private Container Container => partition.Container;

    /// <summary>Removes an item if it is there and has expired.</summary>
    public static void Purge(LogicalPartition partition, string id)
    {
        lock (partition.Lock)
        {
            lock (partition.Range.Lock)
            {
                var transaction = new Transaction(partition, refuseConditions: false);
                if (partition.Stored(id)?.ExpiresAt <= transaction._now)
                {
                    transaction.Stage(id, null);
                    transaction.Commit();
                }
            }
        }
    }

    public Outcome Create(Draft draft) =>
        Find(draft.Id) is null ? Accept(draft, null, 201) : new Outcome(409, Charge: RequestCharge.Read(0));

    public Outcome Read(string id, string? ifNoneMatch = null)
    {
        if (Find(id) is not { } item)
        {
            return Outcome.NotFound;
        }

        var status = ifNoneMatch is not null && Matches(item, ifNoneMatch) ? 304 : 200;
        return new Outcome(status, item, Charge: RequestCharge.Read(item.Body.Length));
    }

    public Outcome Replace(string id, Draft draft, string? ifMatch)
    {
        if (Find(id) is not { } item)
        {
            return Outcome.NotFound;
        }

        if (draft.Id != id)
        {
            throw new RefusedException(400, $"The id of the document, '{draft.Id}', is not that of the address, '{id}'.");
        }

        return Fails(item, ifMatch) ? Outcome.PreconditionFailed : Accept(draft, item, 200);
    }

    public Outcome Upsert(Draft draft, string? ifMatch)
    {
        var item = Find(draft.Id);
        if (item is null)
        {
            return ifMatch is null ? Accept(draft, null, 201) : Outcome.PreconditionFailed;
        }

        return Fails(item, ifMatch) ? Outcome.PreconditionFailed : Accept(draft, item, 200);
    }

    public Outcome Patch(string id, Patch patch, string? ifMatch)
    {
        if (Find(id) is not { } item)
        {
            return Outcome.NotFound;
        }

        if (Fails(item, ifMatch) || (patch.HasCondition && (refuseConditions || !patch.Allows(item))))
        {
            return Outcome.PreconditionFailed;
        }

        using var draft = patch.Apply(item, Container.Definition.KeyPaths);
        return Accept(draft, item, 200);
    }

    public Outcome Delete(string id, string? ifMatch)
    {
        if (Find(id) is not { } item)
        {
            return Outcome.NotFound;
        }

        if (Fails(item, ifMatch))
        {
            return Outcome.PreconditionFailed;
        }

        Stage(id, null);
        return new Outcome(204, Charge: RequestCharge.Delete(item.Body.Length));
    }

    /// <summary>Makes the changes visible and puts them into the store, in this order for everybody.</summary>
    public void Commit()
    {
        if (_changes.Count == 0)
        {
            return;
        }

        var range = partition.Range;
        var writes = new List<Write>();
        var hasDelete = false;
        foreach (var change in _changes)
        {
            hasDelete |= change.Before is not null && change.Before.Number != change.After?.Number;
            Container.AddChange(partition, change.Before, change.After, writes);
        }

        var lsn = range.Lsn + 1;
        if (hasDelete || writes.Count == 0)
        {
            writes.Add(Write.Put(range.Stored(Container.Record.RangeSpace, lsn)));
        }

        if (Container.Replica is { } replica)
        {
            _changes.ForEach(change => replica.Remember(partition, lsn, change.Id, change.Before));
        }

        var position = Container.Store.Put(writes);
        foreach (var change in _changes)
        {
            Container.Remember(change.Before, change.After);
            Container.Expiry.Written(change.After?.ExpiresAt ?? long.MaxValue);
        }

        range.Changed(partition.Number, lsn, position, Container.Store.Durable);
    }

    private Item? Find(string id)
    {
        var item = _changes.Find(change => change.Id == id) is { } change ? change.After : partition.Stored(id);
        return item?.ExpiresAt > _now ? item : null;
    }

    private bool Fails(Item item, string? ifMatch) => ifMatch is not null && (refuseConditions || !Matches(item, ifMatch));

    private bool Matches(Item item, string etag) => etag == "*" || etag == Container.ETagOf(partition.Range, item.Version);

    private Outcome Accept(Draft draft, Item? before, int status)
    {
        var version = ((partition.Range.Lsn + 1) << 8) | (uint)_writes++;
        var item = draft.Become(partition, before?.Number ?? Container.Store.NewId(), version, _now);
        if (!Claim(item))
        {
            return Outcome.NotUnique;
        }

        Stage(item.Id, item);
        var terms = Container.Definition.Indexing.CountTerms(draft.Root);
        return new Outcome(
            status,
            item,
            Charge: before is null ? RequestCharge.Create(item.Body.Length, terms) : RequestCharge.Replace(item.Body.Length, terms));
    }

    /// <summary>
    /// Says if nobody else has an item's values of unique keys, after the operations so far. Who had them and has expired goes now.
    /// </summary>
    private bool Claim(Item item)
    {
        var expired = new List<string>();
        for (var key = 0; key < item.Claims.Length; key++)
        {
            var claim = item.Claims[key];
            if (_changes.Exists(change => change.Id != item.Id && change.After?.Claims[key].AsSpan().SequenceEqual(claim) == true))
            {
                return false;
            }

            if (partition.HolderOf(key, claim) is { } holder && holder.Id != item.Id && !_changes.Exists(change => change.Id == holder.Id))
            {
                if (holder.ExpiresAt > _now)
                {
                    return false;
                }

                expired.Add(holder.Id);
            }
        }

        expired.ForEach(id => Stage(id, null));
        return true;
    }

    private void Stage(string id, Item? after)
    {
        var index = _changes.FindIndex(change => change.Id == id);
        if (index >= 0)
        {
            _changes[index] = _changes[index] with { After = after };
        }
        else
        {
            _changes.Add(new Change(id, partition.Stored(id), after));
        }
    }

    private sealed record Change(string Id, Item? Before, Item? After);
}

/// <summary>How an operation on an item ended: a status, and the version that it wrote or read.</summary>
/// <param name="Reason">Why it failed, where the status alone doesn't say.</param>
internal readonly record struct Outcome(int Status, Item? Item = null, double Charge = 0, string? Reason = null)
{
    public static Outcome NotFound => new(404, Charge: RequestCharge.Read(0));

    public static Outcome NotUnique => new(409, Charge: RequestCharge.Read(0), Reason: "Unique index constraint violation.");

    public static Outcome PreconditionFailed => new(412, Charge: RequestCharge.Read(0));

    public bool Failed => Status >= 400;
}
