using System.Text.Json;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>Brings a container to where it was when the store was last closed, or begins it.</summary>
internal static class ContainerLoader
{
    /// <summary>The ends of the ranges: the service splits the hash space, 00 to 3F in the first byte, in equal parts.</summary>
    private static readonly string[] Ends = ["", "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "FF"];

    public static Container Load(ContainerRecord record, ContainerDefinition definition, LocalStore store, TimeProvider time)
    {
        var container = new Container(record, definition, Ranges(record, store), store, time);
        foreach (var stored in store.TakeLoaded(record.ItemSpace))
        {
            Restore(container, stored);
        }

        return container;
    }

    private static List<PartitionRange> Ranges(ContainerRecord record, LocalStore store)
    {
        var stored = store.TakeLoaded(record.RangeSpace);
        var ranges = new List<PartitionRange>();
        for (var i = 0; i < Ends.Length - 1; i++)
        {
            var id = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var known = stored.FirstOrDefault(one => one.Key == id);
            var range = new PartitionRange(id, Ends[i], Ends[i + 1], known?.Id ?? store.NewId(), known is null ? 1 : BitConverter.ToInt64(known.Value));
            if (known is null)
            {
                store.Put(range.Stored(record.RangeSpace, range.Lsn));
            }

            ranges.Add(range);
        }

        return ranges;
    }

    private static void Restore(Container container, Record stored)
    {
        var body = stored.Value.AsMemory(Item.HeaderSize);
        using var document = JsonDocument.Parse(body);
        using var draft = Draft.Parse(body);
        var partition = container.GetOrAdd(PartitionKeyValue.InDocument(document.RootElement, container.Definition.KeyPaths));
        var timestamp = document.RootElement.GetProperty("_ts").GetInt64();
        var expiresAt = container.Definition.ExpiryOf(timestamp, draft.Ttl);
        var item = new Item
        {
            Number = stored.Id,
            Id = draft.Id,
            Version = Item.VersionOf(stored.Value),
            Timestamp = timestamp,
            ExpiresAt = expiresAt,
            Stored = stored.Value,
            IndexValues = partition.IndexValuesOf(document.RootElement, timestamp),

            // What an expired item had, another may have by now.
            UniqueKeys = expiresAt > container.Now ? UniqueKeys.Of(document.RootElement, container.Definition.UniqueKeys) : [],
        };
        partition.Replace(null, item);
        partition.Range.Feed.Add(item);
        partition.Range.Changed(item.Lsn, 0);
        partition.Changed(Math.Max(partition.Lsn, item.Lsn), 0);
        container.Expiry.Written(partition, null, item);
    }
}
