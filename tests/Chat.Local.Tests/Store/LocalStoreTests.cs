using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;
using Record = Chat.Local.Store.Record;

namespace Chat.Local.Tests.Store;

public sealed class LocalStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => Path.Combine(_directory.Path, "chat.db");

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

        using var copy = _directory.Copy();
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
                    using var copy = _directory.Copy();
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
            store.Put([new Write(1, new Record(1, "space", "", [])), new Write(2, new Record(2, "space", "key", large))]);
        }

        await using var next = await OpenAsync();
        Assert.Equal([[], large], next.TakeLoaded("space").Select(record => record.Value));
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

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task A_damaged_file_is_reported_with_a_way_out(int at)
    {
        await using (var store = await OpenAsync())
        {
            store.Put([.. Enumerable.Range(1, 100).Select(id => new Write(id, Text(id, new string('x', 500))))]);
        }

        var bytes = await File.ReadAllBytesAsync(FilePath);
        Random.Shared.NextBytes(bytes.AsSpan(at));
        await File.WriteAllBytesAsync(FilePath, bytes);
        var refusal = await Assert.ThrowsAsync<LocalStoreException>(OpenAsync);
        Assert.Contains("--reset", refusal.Message, StringComparison.Ordinal);
        await using var next = await LocalStore.OpenAsync(_directory.Path, reset: true, TimeProvider.System);
    }

    [Fact]
    public async Task A_file_of_another_version_is_refused()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("PRAGMA user_version = 99");
        var refusal = await Assert.ThrowsAsync<LocalStoreException>(OpenAsync);
        Assert.Contains("has format 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_somebody_else_is_left_alone()
    {
        await ExecuteAsync("CREATE TABLE records (mine TEXT)");
        await Assert.ThrowsAsync<LocalStoreException>(OpenAsync);
    }

    [Fact]
    public async Task A_write_that_the_disk_refuses_is_acknowledged_to_nobody()
    {
        await using var store = await OpenAsync();
        await ExecuteAsync("DROP TABLE records");
        var position = store.Put(Text(store.NewId(), "a"));
        await Assert.ThrowsAsync<LocalStoreException>(() => store.WhenDurableAsync(position).AsTask());
        await Assert.ThrowsAsync<LocalStoreException>(() => store.Failed.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<LocalStoreException>(() => store.WhenDurableAsync(store.Put(Text(store.NewId(), "b"))).AsTask());
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

    private static List<string> Texts(LocalStore store) => [.. store.TakeLoaded("space").Select(record => System.Text.Encoding.UTF8.GetString(record.Value))];

    private static async Task AdvanceUntilDoneAsync(Task opening, TestClock clock)
    {
        for (var step = 0; step < 10_000 && !opening.IsCompleted; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await opening.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private Task<LocalStore> OpenAsync() => LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
