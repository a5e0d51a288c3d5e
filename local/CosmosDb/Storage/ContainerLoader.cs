using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>Brings a container to where it was when the store was last closed, or begins it.</summary>
internal static class ContainerLoader
{
    /// <summary>The ends of the ranges: the service splits the hash space, 00 to 3F in the first byte, in equal parts.</summary>
    private static readonly string[] Ends = ["", "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "FF"];

    public static Container Load(
        ContainerRecord record, ContainerDefinition definition, LocalStore store, RecentlyUsed<long, Item> recent, TimeProvider time)
    {
        var container = new Container(record, definition, Ranges(record, store), store, recent, time);
        container.Begin();
        return container;
    }

    /// <summary>Takes what is left of a container that was being deleted when the process ended.</summary>
    public static void Clear(ContainerRecord record, ContainerDefinition definition, LocalStore store, TimeProvider time)
    {
        using var container = new Container(
            record,
            definition,
            Ranges(record, store),
            store,
            new RecentlyUsed<long, Item>(1, static _ => 1),
            time);
        container.Clear();
    }

    private static List<PartitionRange> Ranges(ContainerRecord record, LocalStore store)
    {
        var stored = store.TakeLoaded(record.RangeSpace);
        var ranges = new List<PartitionRange>();
        for (var i = 0; i < Ends.Length - 1; i++)
        {
            var id = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var known = stored.FirstOrDefault(one => one.Key == id);
            var number = known?.Id ?? store.NewId();
            var lsn = known is null ? 1 : LastIn(number, BitConverter.ToInt64(known.Value), store);
            var range = new PartitionRange(id, Ends[i], Ends[i + 1], number, lsn);
            if (known is null)
            {
                store.Put(range.Stored(record.RangeSpace, range.Lsn));
            }

            ranges.Add(range);
        }

        return ranges;
    }

    /// <summary>The log number of the last write, which is that of the latest document or, after a delete, in the range's record.</summary>
    private static long LastIn(long range, long recorded, LocalStore store)
    {
        var feed = new IndexName(range, IndexKind.Feed);
        var end = new IndexEntry([IndexKey.AfterAll], 0);
        var latest = store.Read((feed, end), static (tables, from) => tables.Scan(from.feed, from.end, [], backwards: true, 1));
        return latest.Count == 0 ? recorded : Math.Max(recorded, IndexKey.NumberOf(latest[0].Key) >> 8);
    }
}
