using Chat.Local.Store;
using Xunit;
using Record = Chat.Local.Store.Record;

namespace Chat.Local.Tests.Store;

public sealed class LocalStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task What_is_durable_survives_a_kill()
    {
        await using var store = await OpenAsync();
        var (kept, changed, deleted) = (store.NewId(), store.NewId(), store.NewId());
        store.Put(Text(kept, "kept"));
        store.Put(Text(changed, "before"));
        store.Put(Text(deleted, "deleted"));
        store.Put(Text(changed, "after"));
        await store.WhenDurableAsync(store.Delete(deleted));

        using var copy = _directory.CopyAsKilled(store);
        await using var next = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
        Assert.Equal(["kept", "after"], Texts(next));
        Assert.Empty(next.TakeLoaded("space"));
        Assert.True(next.NewId() > kept);
    }

    [Fact]
    public async Task Closing_writes_what_nobody_waited_for()
    {
        await using (var store = await OpenAsync())
        {
            store.Put(Text(store.NewId(), "a"));
        }

        await using var next = await OpenAsync();
        Assert.Equal(["a"], Texts(next));
    }

    [Fact]
    public async Task Writes_reach_the_disk_in_the_order_made_whoever_makes_them()
    {
        await using var store = await OpenAsync();
        var order = new Lock();
        var made = 0;
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var write = 0; write < 60; write++)
            {
                long position;
                int number;
                lock (order)
                {
                    number = made++;
                    position = store.Put(Text(store.NewId(), $"{number}"));
                }

                await store.WhenDurableAsync(position);
                if (write % 20 == 19)
                {
                    using var copy = _directory.CopyAsKilled(store);
                    var there = await CountAsync(copy);
                    Assert.True(there > number, $"Number {number} was durable, but a crash would leave {there}");
                }
            }
        }));
        await Task.WhenAll(writers);

        async Task<int> CountAsync(TemporaryDirectory copy)
        {
            await using var crashed = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
            var texts = Texts(crashed);
            Assert.Equal(Enumerable.Range(0, texts.Count).Select(number => $"{number}"), texts);
            return texts.Count;
        }
    }

    [Fact]
    public async Task Records_of_any_size_come_back_as_they_were()
    {
        var large = new byte[3_000_000];
        large[^1] = 1;
        await using (var store = await OpenAsync())
        {
            store.Put([Write.Put(new Record(1, "space", "", [])), Write.Put(new Record(2, "space", "key", large))]);
        }

        await using var next = await OpenAsync();
        Assert.Equal([[], large], next.TakeLoaded("space").Select(record => record.Value));
    }

    [Fact]
    public async Task What_is_said_again_and_again_takes_little_of_the_log_and_what_cant_be_compressed_survives_a_kill_too()
    {
        var random = new byte[100_000];
        new Random(1).NextBytes(random);
        var text = string.Concat(Enumerable.Repeat("""{"id":"a","text":"the same again"}""", 3000));
        await using var store = await OpenAsync();
        await store.WhenDurableAsync(store.Put(new Record(1, "space", "", random)));
        var before = store.Reading;
        Assert.InRange(before.LogBytes, random.Length, random.Length + 100);
        await store.WhenDurableAsync(store.Put(Text(2, text)));
        Assert.Equal(before.Commits + 1, store.Reading.Commits);
        Assert.InRange(store.Reading.LogBytes - before.LogBytes, 1, text.Length / 10);

        using var copy = _directory.CopyAsKilled(store);
        await using var next = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
        Assert.Equal([random, System.Text.Encoding.UTF8.GetBytes(text)], next.TakeLoaded("space").Select(record => record.Value));
    }

    [Fact]
    public async Task A_reset_begins_anew()
    {
        await using (var store = await OpenAsync())
        {
            store.Put(Text(store.NewId(), "a"));
        }

        await using var next = await LocalStore.OpenAsync(_directory.Path, reset: true, TimeProvider.System);
        Assert.Empty(Texts(next));
    }

    [Fact]
    public async Task A_second_instance_is_refused_with_a_sentence_and_may_start_once_the_first_ended()
    {
        var clock = new TestClock();
        var first = await OpenAsync();
        var second = LocalStore.OpenAsync(_directory.Path, reset: true, clock);
        var refusal = await Assert.ThrowsAsync<LocalStoreException>(() => AdvanceUntilDoneAsync(second, clock));
        Assert.Equal($"Another instance uses {_directory.Path}. Stop it, or choose another directory with --data DIR.", refusal.Message);

        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var third = await OpenAsync();
    }

    [Fact]
    public async Task A_second_instance_waits_a_while_for_the_first_to_end()
    {
        var clock = new TestClock();
        var first = await OpenAsync();
        var second = LocalStore.OpenAsync(_directory.Path, reset: false, clock);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await AdvanceUntilDoneAsync(second, clock);
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task What_was_put_survives_kills_while_the_tables_take_over_from_the_log()
    {
        const int Rounds = 12;
        await using var store = await LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System, logLimit: 4 * 1024 * 1024);
        var kept = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            // With 2 MB a round, every fourth or so ends in a checkpoint.
            var large = store.NewId();
            store.Put(new Record(large, "large", "", new byte[2_000_000]));
            store.Delete(large);
            kept.Add($"{round}");
            await store.WhenDurableAsync(store.Put(Text(store.NewId(), kept[^1])));

            using var copy = _directory.CopyAsKilled(store);
            await using var crashed = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
            Assert.Equal(kept, Texts(crashed));
            Assert.Empty(crashed.TakeLoaded("large"));
        }
    }

    [Fact]
    public async Task Rows_and_indexes_are_read_as_put_and_after_a_kill()
    {
        await using var store = await OpenAsync();
        var index = new IndexName(store.NewId(), 3);
        var (row, gone) = (store.NewId(), store.NewId());
        var (a, b) = ("a"u8.ToArray(), "b"u8.ToArray());
        store.Put([Write.PutRow(row, new byte[] { 1 }), Write.AddEntry(index, b, row), Write.AddEntry(index, a, row)]);
        store.Put([Write.PutRow(gone, new byte[] { 2 }), Write.AddEntry(index, a, gone), Write.AddEntry(index with { Kind = 4 }, a, gone)]);
        AssertHolds(store, "a1 a2 b1");
        store.Put([Write.DeleteRow(gone), Write.RemoveEntry(index, a, gone)]);
        await store.WhenDurableAsync(store.Put([Write.ClearIndex(index with { Kind = 4 })]));
        AssertHolds(store, "a1 b1");

        using var copy = _directory.CopyAsKilled(store);
        await using var crashed = await LocalStore.OpenAsync(copy.Path, reset: false, TimeProvider.System);
        AssertHolds(crashed, "a1 b1");
        Assert.Null(crashed.Read(gone, (tables, number) => tables.Row(number)));
        Assert.Equal(0, crashed.Read(index with { Kind = 4 }, (tables, other) => tables.Count(other)));
        Assert.True(crashed.NewId() > gone);

        void AssertHolds(LocalStore holder, string entries)
        {
            var up = holder.Read(index, (tables, name) => tables.Scan(name, new IndexEntry([], -1), [0xFF], backwards: false, 10));
            var down = holder.Read(index, (tables, name) => tables.Scan(name, new IndexEntry([0xFF], -1), [], backwards: true, 10));
            Assert.Equal(entries, string.Join(' ', up.Select(Show)));
            Assert.Equal(up.Select(Show).Reverse(), down.Select(Show));
            Assert.Equal(up.Count, holder.Read(index, (tables, name) => tables.Count(name)));
            Assert.Equal([1], holder.Read(row, (tables, number) => tables.Row(number))!);
            Assert.Equal(row, holder.Read(index, (tables, name) => tables.Find(name, "b"u8)));
        }

        string Show(IndexEntry entry) => $"{(char)entry.Key[0]}{(entry.Number == row ? 1 : 2)}";
    }

    [Fact]
    public async Task In_memory_everything_counts_as_durable_at_once()
    {
        await using var store = LocalStore.InMemory();
        Assert.True(store.IsInMemory);
        await store.WhenDurableAsync(store.Put(Text(store.NewId(), "a")));
    }

    public void Dispose() => _directory.Dispose();

    private static Record Text(long id, string text) => new(id, "space", "key", System.Text.Encoding.UTF8.GetBytes(text));

    private static List<string> Texts(LocalStore store) =>
        [.. store.TakeLoaded("space").Select(record => System.Text.Encoding.UTF8.GetString(record.Value))];

    private static async Task AdvanceUntilDoneAsync(Task opening, TestClock clock)
    {
        for (var step = 0; step < 10_000 && !opening.IsCompleted; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await opening.WaitAsync(SignalR.Eventually.Timeout);
    }

    private Task<LocalStore> OpenAsync() => LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System);
}
