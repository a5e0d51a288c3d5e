using Chat.Local.Store;
using Xunit;

namespace Chat.Local.Tests.Store;

/// <summary>
/// Changes are read from memory, then from memory and half of them from the tables, then from the tables, and after a kill at any place
/// from the logs: always as a plain model has them.
/// </summary>
public sealed class When_changes_move_into_the_tables : IDisposable
{
    private const int Rounds = 400;
    private const int Filler = 60_000;
    private const int LogLimit = 4 * 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<long, byte> _rows = [];
    private readonly HashSet<(IndexName Index, byte Key, long Number)> _entries = [];
    private readonly IndexName[] _indexes = [new(1, 1), new(1, 2), new(2, 1)];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Should_read_what_was_put_wherever_it_is(int seed)
    {
        var random = new Random(seed);
        await using var memory = LocalStore.InMemory();
        await using var store = await LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System, LogLimit);
        for (var round = 0; round < Rounds; round++)
        {
            var writes = Enumerable.Range(0, 1 + random.Next(20)).SelectMany(_ => Change(random)).ToList();
            memory.Put(writes);

            // Some seventy of these fill a log.
            await store.WhenDurableAsync(store.Put([.. writes, Write.PutRow(1_000_000 + round, new byte[Filler])]));
            AssertHolds(memory, random);
            AssertHolds(store, random);
            if (round % 40 == 39)
            {
                await AssertSurvivesAsync(store, random);
            }
        }
    }

    [Fact]
    public void Should_clear_a_large_index_a_little_at_a_time()
    {
        const int Entries = 10_000;
        var path = Path.Combine(_directory.Path, "tables.db");
        TablesFile.Create(path, 1);
        using var tables = Tables.Open(path);
        using var layers = new Layers(tables);
        for (var number = 1; number <= Entries; number++)
        {
            tables.Apply(Write.AddEntry(_indexes[0], [(byte)(number % 7)], number));
            tables.Apply(Write.AddEntry(_indexes[1], [(byte)(number % 7)], number));
        }

        layers.Apply(Write.ClearIndex(_indexes[0]));
        layers.Apply(Write.AddEntry(_indexes[0], [3], 1));
        layers.BeginMove();
        for (long left = Entries, before = left; layers.Move(1); before = left)
        {
            left = tables.Count(_indexes[0]);
            Assert.InRange(before - left, -1, Entries / 100);
            Assert.Equal(1, layers.Count(_indexes[0]));
            Assert.Equal(1, layers.Find(_indexes[0], [3]));
            Assert.Null(layers.Find(_indexes[0], [4]));
        }

        layers.EndMove(tables.State);
        Assert.Equal(1, layers.Count(_indexes[0]));
        Assert.Equal(Entries, layers.Count(_indexes[1]));
    }

    [Fact]
    public async Task Should_move_everything_into_the_tables_while_nobody_writes()
    {
        await using var store = await LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System);
        await store.WhenDurableAsync(store.Put([Write.PutRow(1, new byte[1_000_000])]));
        for (var look = 0; look < 3_000 && store.Reading.Checkpoints == 0; look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        using var copy = new TemporaryDirectory();
        var tables = Path.Combine(copy.Path, "chat.db");
        File.Copy(Path.Combine(_directory.Path, "chat.db"), tables);
        using var there = Tables.Open(tables);
        Assert.Equal(1_000_000, there.Row(1)?.Length);
        Assert.Equal(1_000_000, store.Read(1L, static (layers, row) => layers.Row(row))?.Length);
    }

    private async Task AssertSurvivesAsync(LocalStore store, Random random)
    {
        using var copy = _directory.CopyAsKilled(store);
        await using var crashed = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
        AssertHolds(crashed, random);
    }

    /// <summary>A change that the store may be asked for: nothing is added twice, and only what is there is removed.</summary>
    private IEnumerable<Write> Change(Random random)
    {
        var index = _indexes[random.Next(_indexes.Length)];
        var (key, number) = ((byte)random.Next(12), (long)random.Next(1, 9));
        switch (random.Next(100))
        {
            case 0:
                _entries.RemoveWhere(entry => entry.Index == index);
                yield return Write.ClearIndex(index);
                break;
            case < 20:
                _rows[number] = key;
                yield return Write.PutRow(number, [key]);
                break;
            case < 30:
                _rows.Remove(number);
                yield return Write.DeleteRow(number);
                break;
            default:
                yield return _entries.Remove((index, key, number))
                    ? Write.RemoveEntry(index, [key], number)
                    : Added(index, key, number);
                break;
        }
    }

    private Write Added(IndexName index, byte key, long number)
    {
        _entries.Add((index, key, number));
        return Write.AddEntry(index, [key], number);
    }

    private void AssertHolds(LocalStore store, Random random)
    {
        for (var number = 1L; number < 9; number++)
        {
            byte[]? expected = _rows.TryGetValue(number, out var value) ? [value] : null;
            Assert.Equal(expected, store.Read(number, static (tables, row) => tables.Row(row)));
        }

        foreach (var index in _indexes)
        {
            var all = _entries.Where(entry => entry.Index == index).Select(entry => (entry.Key, entry.Number)).Order().ToList();
            Assert.Equal(all.Count, store.Read(index, static (tables, name) => tables.Count(name)));
            var (key, number, count) = ((byte)random.Next(12), (long)random.Next(9), 1 + random.Next(30));
            var (low, high) = ((byte)random.Next(6), (byte)random.Next(6, 13));
            var up = all.Where(entry => entry.CompareTo((key, number)) > 0 && entry.Key < high).Take(count);
            Assert.Equal(up, Scan(store, index, new IndexEntry([key], number), high, backwards: false, count));
            var down = all.Where(entry => entry.CompareTo((key, number)) < 0 && entry.Key >= low).Reverse().Take(count);
            Assert.Equal(down, Scan(store, index, new IndexEntry([key], number), low, backwards: true, count));
            var found = store.Read((index, key), static (tables, entry) => tables.Find(entry.index, [entry.key]));
            Assert.Equal(all.Exists(entry => entry.Key == key), found is { } one && all.Contains((key, one)));
        }
    }

    private static IEnumerable<(byte Key, long Number)> Scan(
        LocalStore store, IndexName index, IndexEntry from, byte to, bool backwards, int count)
    {
        var scan = (index, from, to, backwards, count);
        return store.Read(scan, static (tables, it) => tables.Scan(it.index, it.from, [it.to], it.backwards, it.count))
            .Select(entry => (entry.Key[0], entry.Number));
    }
}
