using System.Security.Cryptography;

namespace Chat.Local.Store;

/// <summary>What makes <see cref="LocalStore"/> durable: the log of the latest commits, and the mark that it must reach.</summary>
/// <remarks>
/// A commit is in the log before anybody hears of it. Now and then the tables commit, too, and a new log begins (a checkpoint). A log
/// goes only when what it holds is in the tables' file and on disk: whatever happens to SQLite's WAL, nothing is lost.
/// </remarks>
internal sealed class DurableFiles : IDisposable
{
    /// <summary>Files up to this size are read as a whole at start, and compared with their checksums.</summary>
    private const long VerifiedSize = 8 * 1024 * 1024;

    /// <summary>How large the log grows before a checkpoint: it is what a start after a crash has to replay.</summary>
    private const long LogLimit = 8 * 1024 * 1024;

    /// <summary>How large SQLite's WAL may grow: it is emptied only while nobody works.</summary>
    private const long WalLimit = 32 * 1024 * 1024;

    private readonly DataFiles _files;
    private readonly CommitMark _mark;
    private CommitLog _log;

    private DurableFiles(DataFiles files, CommitLog log, CommitMark mark)
    {
        _files = files;
        _log = log;
        _mark = mark;
    }

    public bool NeedsCheckpoint => _log.Length > LogLimit;

    public bool HasCommits => !_log.IsEmpty;

    /// <summary>Opens the tables and the log of a directory, and brings the tables up to its end.</summary>
    /// <exception cref="LocalStoreException">Something is missing or damaged; the files are as they were.</exception>
    public static (Tables Tables, DurableFiles Files) Open(string directory)
    {
        var files = new DataFiles(directory);
        try
        {
            var mark = CommitMark.Read(files.Mark);
            if (!File.Exists(files.Tables) || new FileInfo(files.Tables).Length == 0)
            {
                Create(files, mark?.Sequence ?? 0);
                mark = null;
            }

            var tables = Tables.Open(files.Tables);
            try
            {
                return (tables, Open(files, tables, mark));
            }
            catch
            {
                tables.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (StoreFailure.IsKnown(exception))
        {
            throw StoreFailure.Of(exception, directory);
        }
    }

    /// <summary>Brings a commit to the disk.</summary>
    public void Write(ReadOnlyMemory<byte> writes)
    {
        _log.Append(writes);
        _log.Sync();
        _mark.Write(_log.Sequence);
    }

    /// <summary>Lets the tables commit, and goes on with a new log. A crash before the tables' commit leaves the old log.</summary>
    /// <param name="gate">What keeps others away from the tables.</param>
    /// <param name="check">Called while others are kept away: throws if the tables aren't what the log says.</param>
    /// <param name="settles">Whether others may be kept waiting, so that SQLite's WAL is empty afterwards.</param>
    public void Checkpoint(Tables tables, Lock gate, Action check, bool settles)
    {
        settles |= File.Exists(_files.Wal) && new FileInfo(_files.Wal).Length > WalLimit;
        var state = tables.State with { Generation = _log.Generation + 1, Sequence = _log.Sequence };
        var next = CommitLog.Create(_files.Log(state.Generation), state.Store, state.Generation, state.Sequence);
        bool isSettled;
        try
        {
            lock (gate)
            {
                check();
                tables.Commit(state);
                isSettled = settles && tables.Settle();
            }
        }
        catch
        {
            next.Dispose();
            throw;
        }

        _log.Dispose();
        _log = next;
        if (isSettled || tables.Backfill())
        {
            _files.DeleteLogsBut(state.Generation);
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _mark.Dispose();
    }

    private static DurableFiles Open(DataFiles files, Tables tables, (long Store, long Sequence)? mark)
    {
        var state = tables.State;
        if (mark is { } marked && marked.Store != state.Store)
        {
            throw StoreFailure.Lost(files.Tables, "is of another directory than the files beside it");
        }

        if (new FileInfo(files.Tables).Length <= VerifiedSize)
        {
            tables.Verify();
        }

        var log = files.Log(state.Generation);
        if (!File.Exists(log))
        {
            throw StoreFailure.Lost(log, $"is missing, and what was acknowledged after commit {state.Sequence} with it");
        }

        if (CommitLog.HasCommits(files.Log(state.Generation + 1)))
        {
            throw StoreFailure.Lost(files.Wal, $"is missing or damaged, and what was acknowledged after commit {state.Sequence} with it");
        }

        var sequence = CommitLog.Replay(log, state, mark?.Sequence ?? 0, write => tables.Apply(write));
        var opened = CommitLog.Open(log, state.Generation, sequence);
        try
        {
            return new DurableFiles(files, opened, CommitMark.Open(files.Mark, state.Store, sequence));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Begins a store. Its tables come last: without them and without a commit, what is there is of a start that didn't end.</summary>
    private static void Create(DataFiles files, long acknowledged)
    {
        if (acknowledged > 0 || files.Logs().Any(CommitLog.HasCommits))
        {
            var what = File.Exists(files.Tables) ? "empty" : "missing";
            throw StoreFailure.Lost(files.Tables, $"is {what}, though writes were acknowledged in this directory");
        }

        File.Delete(files.Wal);
        var store = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        CommitLog.Create(files.Log(1), store, 1, 0).Dispose();
        CommitMark.Open(files.Mark, store, 0).Dispose();
        File.Delete(files.TablesInTheMaking);
        TablesFile.Create(files.TablesInTheMaking, store);
        File.Move(files.TablesInTheMaking, files.Tables, overwrite: true);
    }
}
