using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;
using Record = Chat.Local.Store.Record;

namespace Chat.Local.Tests.Store;

/// <summary>
/// Whatever a crash leaves of what was on its way to the disk, everything that was acknowledged is there at the next start.
/// </summary>
/// <remarks>
/// The files are put together from the moments before and after a step of the store's, in the order in which it writes them. What
/// isn't synced may be there in part, cut off or as zeros, as a power failure leaves it.
/// </remarks>
public sealed class When_a_crash_comes_at_any_moment : IDisposable
{
    private const int PageSize = 4096;

    /// <summary>Of a log.</summary>
    private const int HeadSize = 36;

    private const int Large = 10_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly Random _random = new(1);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_keep_every_commit_before_the_one_that_it_cuts_off()
    {
        await using var store = await OpenAsync(_directory.Path);
        await PutAsync(store, 1, size: 40);
        using var before = _directory.CopyAsKilled(store);
        await PutAsync(store, 2, size: 40);
        using var after = _directory.CopyAsKilled(store);
        var (log, mark) = (Path.GetFileName(Assert.Single(Logs(after))), "chat.mark");
        var (started, whole) = (new FileInfo(At(before, log)).Length, await File.ReadAllBytesAsync(At(after, log)));
        foreach (var bytes in CutOff(whole, (int)started, step: 3))
        {
            using var crashed = before.Copy();
            await File.WriteAllBytesAsync(At(crashed, log), bytes);
            Assert.Equal(bytes.SequenceEqual(whole) ? 2 : 1, await CountAsync(crashed));
        }

        // The mark is behind the commit, or partly written.
        var (old, now) = (await File.ReadAllBytesAsync(At(before, mark)), await File.ReadAllBytesAsync(At(after, mark)));
        for (var written = 0; written <= now.Length; written += 4)
        {
            using var crashed = after.Copy();
            await File.WriteAllBytesAsync(At(crashed, mark), [.. now.AsSpan(0, written), .. old.AsSpan(written)]);
            Assert.Equal(2, await CountAsync(crashed));
        }
    }

    [Fact]
    public async Task Should_keep_every_commit_while_a_log_begins()
    {
        await using var store = await OpenAsync(_directory.Path);
        var (kept, moved) = await UntilWalIsFullAsync(store);
        using (moved)
        {
            // Its head is synced before it is used. The tables aren't committed yet: what is in SQLite's WAL counts for nothing.
            File.Delete(At(moved, "chat.db-wal"));
            var next = Logs(moved).Order(StringComparer.Ordinal).Last();
            var whole = await File.ReadAllBytesAsync(next);
            int least;
            using (var crashed = moved.Copy())
            {
                File.Delete(At(crashed, "chat.mark"));
                File.Delete(At(crashed, Path.GetFileName(next)));
                least = await CountAsync(crashed);
            }

            Assert.InRange(least, 1, kept);
            foreach (var bytes in CutOff(whole[..HeadSize], 0, step: 5).Concat(CutOff(whole, HeadSize, step: 997)))
            {
                using var crashed = moved.Copy();
                File.Delete(At(crashed, "chat.mark"));
                await File.WriteAllBytesAsync(At(crashed, Path.GetFileName(next)), bytes);
                Assert.InRange(await CountAsync(crashed), least, kept);
            }
        }
    }

    [Fact]
    public async Task Should_keep_every_commit_while_the_tables_take_over()
    {
        await using var store = await OpenAsync(_directory.Path);
        var (kept, moved) = await UntilWalIsFullAsync(store);
        using (moved)
        {
            // SQLite's WAL isn't synced yet.
            var wal = await File.ReadAllBytesAsync(At(moved, "chat.db-wal"));
            foreach (var bytes in CutOff(wal, 0, step: wal.Length / 20))
            {
                using var crashed = moved.Copy();
                await File.WriteAllBytesAsync(At(crashed, "chat.db-wal"), bytes);
                Assert.Equal(kept, await CountAsync(crashed));
            }

            // It is, and some of its pages are in the tables' file, in whatever order.
            var (old, now) = (await File.ReadAllBytesAsync(At(moved, "chat.db")), await TablesWithWalAsync(moved));
            Assert.True(now.Length > old.Length);
            for (var round = 0; round < 20; round++)
            {
                using var crashed = moved.Copy();
                await File.WriteAllBytesAsync(At(crashed, "chat.db"), Mixed(old, now));
                Assert.Equal(kept, await CountAsync(crashed));
            }

            // All are, and the log before is gone.
            using var after = moved.Copy();
            await File.WriteAllBytesAsync(At(after, "chat.db"), now);
            foreach (var log in Logs(after).Order(StringComparer.Ordinal).SkipLast(1))
            {
                File.Delete(log);
            }

            Assert.Equal(kept, await CountAsync(after));
        }
    }

    private static string At(TemporaryDirectory directory, string file) => Path.Combine(directory.Path, file);

    private static string[] Logs(TemporaryDirectory directory) => Directory.GetFiles(directory.Path, "chat.*.log");

    private static Task<LocalStore> OpenAsync(string directory) =>
        LocalStore.OpenAsync(directory, reset: false, TimeProvider.System, logLimit: 8 * Large);

    /// <summary>Writes until changes were moved into SQLite's WAL, and are kept from its file: two logs are there then.</summary>
    private async Task<(int Kept, TemporaryDirectory Files)> UntilWalIsFullAsync(LocalStore store)
    {
        await using var reader = new SqliteConnection($"Data Source={At(_directory, "chat.db")};Pooling=False");
        await reader.OpenAsync();
        await using var read = reader.CreateCommand();
        read.CommandText = "BEGIN; SELECT COUNT(*) FROM records";
        await read.ExecuteScalarAsync();
        var kept = 0;
        while (store.Reading.Checkpoints == 0)
        {
            await PutAsync(store, ++kept, Large);
        }

        var files = _directory.CopyAsKilled(store);
        Assert.Equal(2, Logs(files).Length);
        return (kept, files);
    }

    private async Task PutAsync(LocalStore store, int number, int size)
    {
        var value = new byte[size];
        _random.NextBytes(value);
        await store.WhenDurableAsync(store.Put(new Record(number, "space", "", value)));
    }

    /// <summary>What may be there of bytes of which only the first are on disk.</summary>
    private static IEnumerable<byte[]> CutOff(byte[] whole, int started, int step)
    {
        for (var length = started; length < whole.Length; length += step)
        {
            yield return whole[..length];
            yield return [.. whole.AsSpan(0, length), .. new byte[whole.Length - length]];
        }

        yield return whole;
    }

    /// <summary>What the tables' file comes to once SQLite's WAL is in it.</summary>
    private static async Task<byte[]> TablesWithWalAsync(TemporaryDirectory directory)
    {
        using var copy = directory.Copy();
        await using var connection = new SqliteConnection($"Data Source={At(copy, "chat.db")};Pooling=False");
        await connection.OpenAsync();
        await using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        await checkpoint.ExecuteScalarAsync();
        return await File.ReadAllBytesAsync(At(copy, "chat.db"));
    }

    private byte[] Mixed(byte[] old, byte[] now)
    {
        var mixed = new byte[now.Length];
        for (var at = 0; at < now.Length; at += PageSize)
        {
            var from = _random.Next(2) == 0 ? now : old;
            from.AsSpan(Math.Min(at, from.Length)..Math.Min(at + PageSize, from.Length)).CopyTo(mixed.AsSpan(at));
        }

        return mixed;
    }

    /// <summary>
    /// How many records are there after a crash: the first of all that were put, without a gap; as many after another crash right
    /// behind the start, and after a clean stop.
    /// </summary>
    private static async Task<int> CountAsync(TemporaryDirectory crashed)
    {
        TemporaryDirectory again;
        int count;
        await using (var store = await OpenAsync(crashed.Path))
        {
            count = Count(store);
            again = crashed.CopyAsKilled(store);
        }

        using (again)
        {
            foreach (var directory in (string[])[again.Path, crashed.Path])
            {
                await using var next = await OpenAsync(directory);
                Assert.Equal(count, Count(next));
            }
        }

        return count;
    }

    private static int Count(LocalStore store)
    {
        var ids = store.TakeLoaded("space").Select(record => record.Id).ToList();
        Assert.Equal(Enumerable.Range(1, ids.Count).Select(number => (long)number), ids);
        return ids.Count;
    }
}
