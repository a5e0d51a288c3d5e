using System.Diagnostics;
using System.Security.Cryptography;

namespace Chat.Local.Store;

/// <summary>What makes <see cref="LocalStore"/> durable: the log of the latest commits, and the mark that it must reach.</summary>
/// <remarks>
/// A commit is in the log before anybody hears of it. When the log is full a new one begins, and what the old one comes to moves into the
/// tables, little by little (a checkpoint). SQLite's WAL then goes into the tables' file on a thread of its own, as commits can't
/// wait for so much. A log goes only when what it holds is in that file and on disk: whatever happens to SQLite's WAL, nothing is
/// lost.
/// </remarks>
internal sealed class DurableFiles : IDisposable
{
    /// <summary>Files up to this size are read as a whole at start, and compared with their checksums.</summary>
    private const long VerifiedSize = 8 * 1024 * 1024;

    /// <summary>A log of fewer writes than this isn't worth a checkpoint while nobody writes.</summary>
    private const long LeastLog = 256 * 1024;

    /// <summary>How long a commit takes that <see cref="StoreReading.SlowCommits"/> counts.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(10);

    /// <summary>How many changes move into the tables while others wait.</summary>
    private const int Piece = 32;

    /// <summary>By how much a checkpoint is faster than the log grows.</summary>
    private const int Haste = 3;

    /// <summary>What a move counts as at least: how many entries it has to clear is known only when it gets there.</summary>
    private const long LeastCount = 16 * 1024;

    private readonly DataFiles _files;
    private readonly CommitMark _mark;
    private readonly long _logLimit;
    private CommitLog _log;

    /// <summary>The bytes of the writes in it, before they were compressed.</summary>
    private long _inLog;
    private Task _backfilling = Task.CompletedTask;
    private long _commits;
    private long _slowCommits;
    private long _logBytes;
    private long _checkpoints;
    private long _tablePages;

    private DurableFiles(DataFiles files, CommitLog log, CommitMark mark, long logLimit)
    {
        _files = files;
        _log = log;
        _mark = mark;
        _logLimit = logLimit;
    }

    /// <summary>What has been written so far.</summary>
    /// <param name="inMemory">What <see cref="StoreReading.InMemory"/> is.</param>
    public StoreReading Reading(long inMemory) => new(
        Volatile.Read(ref _commits),
        Volatile.Read(ref _slowCommits),
        Volatile.Read(ref _logBytes),
        Volatile.Read(ref _checkpoints),
        Volatile.Read(ref _tablePages),
        inMemory);

    /// <summary>Whether so many bytes more make a checkpoint due.</summary>
    public bool IsFullWith(int bytes) => _inLog + bytes > _logLimit;

    /// <summary>Whether a checkpoint is worth its while when there is nothing else to do.</summary>
    public bool IsWorthMoving => _inLog > LeastLog;

    /// <summary>Opens the tables and the logs of a directory; what the logs come to is in memory.</summary>
    /// <param name="directory">Where they are.</param>
    /// <param name="logLimit">How many bytes of writes a log takes before a checkpoint: a start after a crash has to replay them.</param>
    /// <exception cref="LocalStoreException">Something is missing or damaged; the files are as they were.</exception>
    public static (Layers Layers, DurableFiles Files) Open(string directory, long logLimit)
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
            var layers = new Layers(tables);
            try
            {
                return (layers, Open(files, tables, layers, mark, logLimit));
            }
            catch
            {
                layers.Dispose();
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
        if (_backfilling.IsFaulted)
        {
            EndBackfill();
        }

        var (before, began) = (_log.Length, Stopwatch.GetTimestamp());
        _log.Append(writes);
        _log.Sync();
        _mark.Write(_log.Sequence);
        _commits++;
        _slowCommits += Stopwatch.GetElapsedTime(began) > Slow ? 1 : 0;
        _inLog += writes.Length;
        _logBytes += _log.Length - before;
    }

    /// <summary>Begins a checkpoint, once what is in the log is to move into the tables: goes on with a new log.</summary>
    public void BeginLog(Layers layers)
    {
        var next = CommitLog.Create(_files.Log(_log.Generation + 1), layers.Tables!.State.Store, _log.Generation + 1, _log.Sequence);
        _log.Dispose();
        (_log, _inLog) = (next, 0);
    }

    /// <summary>Begins to move what a start has found in the logs. The next commits go on with it, or nobody writes and it ends.</summary>
    public void Resume(Layers layers)
    {
        if (!_log.IsEmpty)
        {
            layers.BeginMove();
            BeginLog(layers);
        }
    }

    /// <summary>Goes on with a checkpoint after a write, and ends it long before the new log is full, too.</summary>
    /// <param name="layers">What is in memory, and the tables.</param>
    /// <param name="gate">What keeps others away from the layers.</param>
    /// <param name="check">Called while others are kept away: throws if the store has failed.</param>
    /// <param name="written">The bytes of the write; with 0, one piece moves.</param>
    public void Advance(Layers layers, Lock gate, Action check, int written)
    {
        var count = Math.Max(LeastCount, layers.MovingCount);
        for (var left = 1 + (Haste * count * written / _logLimit); left > 0; left -= Piece)
        {
            lock (gate)
            {
                check();
                if (layers.Move(Piece))
                {
                    continue;
                }

                layers.EndMove(layers.Tables!.State with { Generation = _log.Generation, Sequence = _log.Start });
            }

            BeginBackfill(layers.Tables);
            return;
        }
    }

    /// <summary>Waits until SQLite's WAL isn't being moved.</summary>
    public void EndBackfill() => _backfilling.GetAwaiter().GetResult();

    /// <summary>Moves everything into the tables, and lets nobody else work meanwhile. SQLite's WAL is empty afterwards.</summary>
    public void Settle(Layers layers)
    {
        if (layers.IsMoving)
        {
            EndMove(layers);
        }
        else if (_log.IsEmpty)
        {
            EndBackfill();
            return;
        }

        if (!_log.IsEmpty)
        {
            layers.BeginMove();
            BeginLog(layers);
            EndMove(layers);
        }

        EndBackfill();
        if (layers.Tables!.Settle())
        {
            _files.DeleteLogsBefore(_log.Generation);
        }
    }

    public void Dispose()
    {
        // Whether it failed doesn't matter any more.
        _ = Task.WhenAny(_backfilling).GetAwaiter().GetResult();
        _log.Dispose();
        _mark.Dispose();
    }

    /// <summary>
    /// Each begins after the one before: the tables have one connection for it. One that fails makes the next write fail.
    /// </summary>
    private void BeginBackfill(Tables tables)
    {
        EndBackfill();
        var generation = _log.Generation;
        _backfilling = Task.Factory.StartNew(
            () =>
            {
                if (tables.Backfill())
                {
                    _files.DeleteLogsBefore(generation);
                }

                _checkpoints++;
                _tablePages += tables.PagesInWal;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private void EndMove(Layers layers)
    {
        while (layers.Move(Piece))
        {
        }

        layers.EndMove(layers.Tables!.State with { Generation = _log.Generation, Sequence = _log.Start });
    }

    private static DurableFiles Open(DataFiles files, Tables tables, Layers layers, (long Store, long Sequence)? mark, long logLimit)
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

        if (!File.Exists(files.Log(state.Generation)))
        {
            var what = $"is missing, and what was acknowledged after commit {state.Sequence} with it";
            throw StoreFailure.Lost(files.Log(state.Generation), what);
        }

        // A log that another follows ends where that begins.
        for (; CommitLog.HasCommits(files.Log(state.Generation + 1)); state = state with { Generation = state.Generation + 1 })
        {
            state = state with { Sequence = CommitLog.Replay(files.Log(state.Generation), state, 0, write => layers.Apply(write)) };
        }

        var log = files.Log(state.Generation);
        var sequence = CommitLog.Replay(log, state, mark?.Sequence ?? 0, write => layers.Apply(write));
        var opened = CommitLog.Open(log, state.Generation, sequence);
        try
        {
            return new DurableFiles(files, opened, CommitMark.Open(files.Mark, state.Store, sequence), logLimit);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Begins a store. Its tables come last: without them and without a commit, what is there is of a start that didn't end.
    /// </summary>
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
        DirectorySync.Of(files.Directory);
    }
}
