using System.Security.Cryptography;
using System.Text;
using Chat.Local.Functions;
using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;
using Record = Chat.Local.Store.Record;

namespace Chat.Local.Tests.Store;

/// <summary>
/// Files that are missing, cut, damaged or not ours: the start says so, changes nothing, and never advises to delete good data.
/// </summary>
public sealed class When_the_data_directory_isnt_right : IDisposable
{
    private const int Kept = 200;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_say_that_the_tables_are_empty_or_missing(bool wasKilled)
    {
        await FillAsync(wasKilled);
        await File.WriteAllBytesAsync(At("chat.db"), []);
        await RefusesAsync("is empty, though writes were acknowledged");
        File.Delete(At("chat.db"));
        await RefusesAsync("is missing, though writes were acknowledged");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_say_that_a_log_is_missing_or_cut(bool wasKilled)
    {
        await FillAsync(wasKilled);
        var log = Assert.Single(Directory.GetFiles(_directory.Path, "chat.*.log"));
        var bytes = await File.ReadAllBytesAsync(log);
        if (wasKilled)
        {
            await File.WriteAllBytesAsync(log, bytes[..^1]);
            await RefusesAsync("were acknowledged");
        }

        await File.WriteAllBytesAsync(log, []);
        await RefusesAsync("doesn't begin as the log");
        File.Delete(log);
        await RefusesAsync("is missing, and what was acknowledged after");
    }

    [Fact]
    public async Task Should_find_a_flipped_byte_wherever_it_is_in_the_log()
    {
        await FillAsync(wasKilled: true);
        var log = Assert.Single(Directory.GetFiles(_directory.Path, "chat.*.log"));
        var bytes = await File.ReadAllBytesAsync(log);
        foreach (var at in Enumerable.Range(0, 40).Select(part => part * (bytes.Length - 1) / 39))
        {
            bytes[at] ^= 0x10;
            await File.WriteAllBytesAsync(log, bytes);
            await RefusesAsync("is damaged");
            bytes[at] ^= 0x10;
        }
    }

    [Fact]
    public async Task Should_never_start_with_anything_lost_or_changed_by_a_flipped_byte_in_the_tables()
    {
        await FillAsync(wasKilled: false);
        var bytes = await File.ReadAllBytesAsync(At("chat.db"));
        var random = new Random(1);
        for (var flip = 0; flip < 60; flip++)
        {
            var at = flip < 20 ? flip * 5 : random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            using var copy = _directory.Copy();
            await File.WriteAllBytesAsync(Path.Combine(copy.Path, "chat.db"), bytes);
            await RefusesOrHasEverythingAsync(copy, at);
            bytes = await File.ReadAllBytesAsync(At("chat.db"));
        }
    }

    [Fact]
    public async Task Should_say_which_row_was_changed_when_it_is_read()
    {
        await FillAsync(wasKilled: false);
        var store = await OpenAsync(_directory.Path);
        store.Put([.. Enumerable.Range(2_000_000, 10_000).Select(number => Write.PutRow(number, new byte[1000]))]);
        await store.DisposeAsync();
        await ExecuteAsync("UPDATE rows SET value = x'010204' WHERE number = 1000000");

        // Too large to be read as a whole at start.
        await using var again = await OpenAsync(_directory.Path);
        Assert.Equal(1000, again.Read(0, (tables, _) => tables.Row(2_000_001))!.Length);
        var damage = Assert.Throws<LocalStoreException>(() => again.Read(0, (tables, _) => tables.Row(1_000_000)));
        Assert.Contains("row 1000000 isn't as it was written", damage.Message, StringComparison.Ordinal);
        Assert.Same(damage, await Assert.ThrowsAsync<LocalStoreException>(() => again.Failed.WaitAsync(SignalR.Eventually.Timeout)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_lose_nothing_with_SQLites_own_log(bool isDamaged)
    {
        await FillAsync(wasKilled: true);
        if (isDamaged)
        {
            var wal = new byte[10_000];
            new Random(1).NextBytes(wal);
            await File.WriteAllBytesAsync(At("chat.db-wal"), wal);
        }
        else
        {
            File.Delete(At("chat.db-wal"));
        }

        Assert.True(await HasEverythingAsync(_directory.Path));
    }

    [Fact]
    public async Task Should_go_on_before_a_commit_that_a_crash_cut_off()
    {
        await FillAsync(wasKilled: true);
        var log = Assert.Single(Directory.GetFiles(_directory.Path, "chat.*.log"));
        await using (var file = File.Open(log, FileMode.Append))
        {
            await file.WriteAsync(new byte[100]);
        }

        Assert.True(await HasEverythingAsync(_directory.Path));
        Assert.True(await HasEverythingAsync(_directory.Path));
    }

    [Fact]
    public async Task Should_refuse_files_of_different_moments_rather_than_lose_a_commit()
    {
        using var directory = new TemporaryDirectory();
        await using var store = await OpenAsync(directory.Path);
        await store.WhenDurableAsync(store.Put(new Record(1, "space", "", [1])));
        using var first = directory.CopyAsKilled(store);
        await store.WhenDurableAsync(store.Put(new Record(2, "space", "", [2])));
        using var second = directory.CopyAsKilled(store);

        // As somebody copies them one after the other while the process goes on: it has written to those that come later.
        Take(first, "*");
        Take(second, "chat.mark");
        await RefusesAsync("commit 2 of it is missing, and 2 were acknowledged");
        Take(first, "chat.mark");
        Take(second, "chat.*.log");
        await using var next = await OpenAsync(_directory.Path);
        Assert.Equal([1, 2], next.TakeLoaded("space").Select(record => record.Id));
    }

    [Fact]
    public async Task Should_begin_where_nothing_was_acknowledged_before()
    {
        // As a first start leaves it that is killed before its tables are made.
        await (await OpenAsync(_directory.Path)).DisposeAsync();
        File.Delete(At("chat.db"));
        await (await OpenAsync(_directory.Path)).DisposeAsync();
        Assert.True(File.Exists(At("chat.db")));
    }

    [Fact]
    public async Task Should_say_which_files_are_of_another_directory()
    {
        await FillAsync(wasKilled: false);
        using var other = new TemporaryDirectory();
        await (await OpenAsync(other.Path)).DisposeAsync();
        File.Copy(Path.Combine(other.Path, "chat.db"), At("chat.db"), overwrite: true);
        await RefusesAsync("is of another directory");
    }

    [Fact]
    public async Task Should_name_a_format_of_another_version()
    {
        await FillAsync(wasKilled: false);
        await ExecuteAsync("PRAGMA user_version = 99");
        await RefusesAsync("a newer version wrote it");
        await ExecuteAsync("PRAGMA user_version = 1");
        await RefusesAsync("use the version that wrote it");
        await using var next = await LocalStore.OpenAsync(_directory.Path, reset: true, TimeProvider.System);
        Assert.Empty(next.TakeLoaded("space"));
    }

    [Fact]
    public async Task Should_leave_a_file_of_somebody_else_alone()
    {
        await ExecuteAsync("CREATE TABLE records (mine TEXT)");
        await RefusesAsync("isn't a file of this program");
    }

    [Fact]
    public async Task Should_say_that_the_disk_is_full()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.CreateSymbolicLink(At("chat.1.log"), "/dev/full");
        await RefusesAsync("is full. Make room and start again");
    }

    [Fact]
    public async Task Should_need_no_wal_for_what_was_moved_into_the_tables()
    {
        await FillAsync(wasKilled: false);
        using var tables = Tables.Open(At("chat.db"));
        tables.Apply(Write.PutRow(2_000_000, new byte[] { 4 }));
        tables.Commit(tables.State with { Sequence = tables.State.Sequence + 1 });
        Assert.True(tables.Backfill());

        using var other = new TemporaryDirectory();
        var copy = Path.Combine(other.Path, "chat.db");
        File.Copy(At("chat.db"), copy);
        using var copied = Tables.Open(copy);
        Assert.Equal([4], copied.Row(2_000_000)!);
    }

    [Fact]
    public async Task Should_find_a_damaged_entry_by_its_key()
    {
        await FillAsync(wasKilled: false);
        var index = new IndexName(1_000_001, 1);
        using (var whole = Tables.Open(At("chat.db")))
        {
            Assert.Equal(1_000_000, whole.Find(index, "key"u8));
        }

        await ExecuteAsync("UPDATE entries SET number = number + 1");
        using var damaged = Tables.Open(At("chat.db"));
        Assert.Contains(
            "isn't as it was written",
            Assert.Throws<LocalStoreException>(() => damaged.Find(index, "key"u8)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    public void Should_say_that_the_signing_key_is_empty_or_cut(string key)
    {
        File.WriteAllText(At("signing-key"), key);
        var refusal = Assert.Throws<LocalStoreException>(() => SigningKey.ReadOrCreate(_directory.Path));
        Assert.Contains(At("signing-key"), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllText(At("signing-key")));
    }

    private static Task<LocalStore> OpenAsync(string directory) => LocalStore.OpenAsync(directory, reset: false, TimeProvider.System);

    private static async Task<bool> HasEverythingAsync(string directory)
    {
        await using var store = await OpenAsync(directory);
        var texts = store.TakeLoaded("space").Select(record => Encoding.UTF8.GetString(record.Value));
        return texts.SequenceEqual(Enumerable.Range(0, Kept).Select(Text))
            && store.Read(0, (tables, _) => tables.Row(1_000_000)) is [1, 2, 3];
    }

    private static string Text(int number) => $"{number} {new string('x', 300)}";

    private static async Task RefusesOrHasEverythingAsync(TemporaryDirectory copy, int at)
    {
        var before = FilesOf(copy.Path);
        try
        {
            Assert.True(await HasEverythingAsync(copy.Path), $"A byte flipped at {at} changed what is there, and nobody said so.");
        }
        catch (LocalStoreException refused)
        {
            Assert.DoesNotContain("--reset", refused.Message, StringComparison.Ordinal);
            Assert.Equal(before, FilesOf(copy.Path));
        }
    }

    private static SortedDictionary<string, string> FilesOf(string directory)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(directory).GetFiles().Where(file => file.Name is not ("lock" or "chat.db-shm")))
        {
            if (file.LinkTarget is null && (file.Length > 0 || file.Name != "chat.db-wal"))
            {
                files[file.Name] = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)));
            }
        }

        return files;
    }

    private string At(string file) => Path.Combine(_directory.Path, file);

    /// <summary>Keeps records and a row, and closes the store, or leaves what a killed process leaves.</summary>
    private async Task FillAsync(bool wasKilled)
    {
        using var directory = new TemporaryDirectory();
        await using (var store = await OpenAsync(directory.Path))
        {
            for (var number = 0; number < Kept; number++)
            {
                await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "key", Encoding.UTF8.GetBytes(Text(number)))));
            }

            var entry = Write.AddEntry(new IndexName(1_000_001, 1), "key"u8.ToArray(), 1_000_000);
            await store.WhenDurableAsync(store.Put([Write.PutRow(1_000_000, new byte[] { 1, 2, 3 }), entry]));
            if (wasKilled)
            {
                using var copy = directory.CopyAsKilled(store);
                Take(copy, "*");
            }
        }

        if (!wasKilled)
        {
            Take(directory, "chat.*");
        }
    }

    private void Take(TemporaryDirectory from, string files)
    {
        foreach (var file in Directory.GetFiles(from.Path, files))
        {
            File.Copy(file, At(Path.GetFileName(file)), overwrite: true);
        }
    }

    private async Task RefusesAsync(string because)
    {
        var before = FilesOf(_directory.Path);
        var refusal = await Assert.ThrowsAsync<LocalStoreException>(() => OpenAsync(_directory.Path));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--reset", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, FilesOf(_directory.Path));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={At("chat.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
