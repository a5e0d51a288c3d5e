using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;
using Record = Chat.Local.Store.Record;

namespace Chat.Local.Tests.Store;

/// <summary>
/// A disk that refuses a write, or a file that somebody else has open: what was acknowledged stays, and nothing else is
/// acknowledged.
/// </summary>
public sealed class When_the_disk_refuses_something : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_say_that_the_directory_cant_be_written()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var refusal = await Assert.ThrowsAsync<LocalStoreException>(() => OpenAsync("/proc/self/fdinfo/data"));
        Assert.Matches("can't be (written|used)", refusal.Message);
        Assert.Contains("/proc/self", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--reset", refusal.Message, StringComparison.Ordinal);
        foreach (var denied in new Exception[]
        {
            new UnauthorizedAccessException("Denied."),
            new IOException("Read-only file system.", 30),
        })
        {
            Assert.Matches("can't be written.*permissions", StoreFailure.Of(denied, _directory.Path).Message);
        }
    }

    [Fact]
    public async Task Should_end_when_the_disk_refuses_a_write_and_acknowledge_nothing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using var store = await OpenAsync(_directory.Path);
        File.CreateSymbolicLink(At("chat.2.log"), "/dev/full");

        // The first commit fits; the checkpoint after it finds no room for the next log.
        await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", new byte[9_000_000])));
        var failure = await Assert.ThrowsAsync<LocalStoreException>(() => store.Failed.WaitAsync(SignalR.Eventually.Timeout));
        Assert.Contains("is full", failure.Message, StringComparison.Ordinal);
        var later = store.Put(new Record(store.NewId(), "space", "", []));
        await Assert.ThrowsAsync<LocalStoreException>(() => store.WhenDurableAsync(later).AsTask());
        await store.DisposeAsync();

        File.Delete(At("chat.2.log"));
        await using var next = await OpenAsync(_directory.Path);
        Assert.Equal(9_000_000, Assert.Single(next.TakeLoaded("space")).Value.Length);
    }

    [Fact]
    public async Task Should_keep_what_was_acknowledged_when_a_change_fails_halfway()
    {
        await using var store = await OpenAsync(_directory.Path);
        await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", [1])));
        var row = store.NewId();
        Task waiting;
        using (store.Pause())
        {
            waiting = store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", new byte[9_000_000]))).AsTask();
            var half = Write.PutRow(row, new byte[] { 1 });
            Assert.Throws<LocalStoreException>(() => store.Put([half, half with { Kind = (WriteKind)99 }]));
            Assert.Throws<LocalStoreException>(() => store.Read(0, (tables, _) => tables.Row(0)));
        }

        await Assert.ThrowsAsync<LocalStoreException>(() => waiting);
        await store.DisposeAsync();
        await using var next = await OpenAsync(_directory.Path);
        Assert.Equal([1], next.TakeLoaded("space")[0].Value);
        Assert.Null(next.Read(row, (tables, number) => tables.Row(number)));
    }

    [Fact]
    public async Task Should_end_when_somebody_writes_over_the_tables()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var store = await OpenAsync(_directory.Path);
        await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", [1])));
        Overwrite("chat.db", 16);

        // What SQLite's processes share of the WAL: it looks at the file again when this has changed.
        Overwrite("chat.db-shm", 136);
        var waiting = store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", new byte[9_000_000]))).AsTask();
        var failure = await Assert.ThrowsAsync<LocalStoreException>(() => waiting.WaitAsync(SignalR.Eventually.Timeout));
        Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal);
        Assert.Same(failure, await Assert.ThrowsAsync<LocalStoreException>(() => store.Failed));

        void Overwrite(string file, int length)
        {
            using var bytes = new FileStream(At(file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            bytes.Write(new byte[length]);
        }
    }

    [Fact]
    public async Task Should_keep_the_logs_while_somebody_reads_the_tables()
    {
        await using var reader = new SqliteConnection($"Data Source={At("chat.db")};Pooling=False");
        await using (var store = await OpenAsync(_directory.Path))
        {
            await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", [1])));
            await reader.OpenAsync();
            await using var command = reader.CreateCommand();
            command.CommandText = "BEGIN; SELECT COUNT(*) FROM records";
            await command.ExecuteScalarAsync();
        }

        Assert.Equal(2, Directory.GetFiles(_directory.Path, "chat.*.log").Length);
        await reader.CloseAsync();
        await using var next = await OpenAsync(_directory.Path);
        Assert.Equal([1], Assert.Single(next.TakeLoaded("space")).Value);
    }

    [Fact]
    public async Task Should_let_nobody_else_read_the_tables_and_the_logs()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var store = await OpenAsync(_directory.Path);
        await store.WhenDurableAsync(store.Put(new Record(store.NewId(), "space", "", new byte[9_000_000])));
        using var pause = store.Pause();
        foreach (var file in Directory.GetFiles(_directory.Path, "chat.*").Where(file => !file.EndsWith(".mark", StringComparison.Ordinal)))
        {
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
        }
    }

    /// <summary>Nine megabytes fill a log.</summary>
    private static Task<LocalStore> OpenAsync(string directory) =>
        LocalStore.OpenAsync(directory, reset: false, TimeProvider.System, logLimit: 4 * 1024 * 1024);

    private string At(string file) => Path.Combine(_directory.Path, file);
}
