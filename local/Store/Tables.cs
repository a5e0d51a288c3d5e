using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Local.Store;

/// <summary>The tables behind <see cref="LocalStore"/>: records, rows by number, ordered indexes. The caller keeps others away.</summary>
/// <remarks>
/// A transaction of SQLite is always open, which sees itself and which <see cref="Commit"/> ends; a process that dies before leaves the
/// tables as of the last commit. Every line carries a checksum, so that damage is found when it is read.
/// </remarks>
internal sealed class Tables : IDisposable
{
    private readonly string _path;
    private readonly sqlite3 _database;
    private readonly TableStatements _run;
    private sqlite3? _backfilling;

    private Tables(string path, sqlite3 database)
    {
        _path = path;
        _database = database;
        _run = new TableStatements(database);
        using var state = new Statement(database, "SELECT store, generation, sequence, last_id, crc FROM state");
        if (!state.Step())
        {
            throw Damaged("it doesn't say how far it is");
        }

        State = new TablesState(state.Number(0), state.Number(1), state.Number(2), state.Number(3));
        var isWhole = State.Sum == state.Number(4);
        state.Reset();
        if (!isWhole)
        {
            throw Damaged("it doesn't say how far it is");
        }

        Statement.Execute(database, "BEGIN IMMEDIATE");
    }

    public string Path => _path;

    /// <summary>As of the last commit.</summary>
    public TablesState State { get; private set; }

    /// <summary>How many pages SQLite's WAL had at the last <see cref="Backfill"/>.</summary>
    public int PagesInWal { get; private set; }

    /// <exception cref="LocalStoreException">The file is damaged, of another format, or not ours.</exception>
    public static Tables Open(string path)
    {
        var database = TablesFile.Connect(path);
        try
        {
            // What a refused start leaves behind is what it found.
            raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            TablesFile.CheckFormat(path, database);
            Statement.Execute(database, "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384");
            return new Tables(path, database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Apply(in Write write)
    {
        var bytes = write.Bytes;
        switch (write.Kind)
        {
            case WriteKind.PutRecord:
                Put(write.Record!);
                break;
            case WriteKind.DeleteRecord:
                _run.DeleteRecord.Bind(1, write.Number).Run();
                break;
            case WriteKind.PutRow:
                _run.PutRow.Bind(1, write.Number).Bind(2, bytes).Bind(3, LineChecksum.Of(write.Number, bytes)).Run();
                break;
            case WriteKind.DeleteRow:
                _run.DeleteRow.Bind(1, write.Number).Run();
                break;
            case WriteKind.AddEntry:
                var checksum = LineChecksum.Of(write.Index, bytes, write.Number);
                _run.AddEntry.Bind(1, write.Index.Scope).Bind(2, write.Index.Kind).Bind(3, bytes).Bind(4, write.Number).Bind(5, checksum)
                    .Run();
                break;
            case WriteKind.RemoveEntry:
                _run.RemoveEntry.Bind(1, write.Index.Scope).Bind(2, write.Index.Kind).Bind(3, bytes).Bind(4, write.Number).Run();
                break;
            case WriteKind.ClearIndex:
                _run.ClearIndex.Bind(1, write.Index.Scope).Bind(2, write.Index.Kind).Run();
                break;
            default:
                throw new LocalStoreException($"{_path} holds a change of kind {(int)write.Kind}, which this version doesn't know.");
        }
    }

    /// <summary>
    /// Removes the first entries of an index that has many; false when it has few, which <see cref="Apply"/> clears at once.
    /// </summary>
    public bool ClearSome(IndexName index)
    {
        _run.ClearSome.Bind(1, index.Scope).Bind(2, index.Kind).Run();
        return raw.sqlite3_changes(_database) > 0;
    }

    /// <summary>All records, by ascending id.</summary>
    public IEnumerable<Record> Records()
    {
        while (_run.Records.Step())
        {
            var record = new Record(_run.Records.Number(0), _run.Records.Text(1), _run.Records.Text(2), _run.Records.Bytes(3));
            if (LineChecksum.Of(record.Id, _run.Records.Span(1), _run.Records.Span(2), record.Value) != _run.Records.Number(4))
            {
                throw Damaged($"record {record.Id} isn't as it was written");
            }

            yield return record;
        }
    }

    public byte[]? Row(long number)
    {
        if (!_run.Row.Bind(1, number).Step())
        {
            return null;
        }

        var value = _run.Row.Bytes(0);
        var isWhole = LineChecksum.Of(number, value) == _run.Row.Number(1);
        _run.Row.Reset();
        return isWhole ? value : throw Damaged($"row {number} isn't as it was written");
    }

    /// <summary>The first number that an index has under a key.</summary>
    public long? Find(IndexName index, ReadOnlySpan<byte> key)
    {
        if (!_run.Find.Bind(1, index.Scope).Bind(2, index.Kind).Bind(3, key).Step())
        {
            return null;
        }

        var number = _run.Find.Number(0);
        var isWhole = LineChecksum.Of(index, key, number) == _run.Find.Number(1);
        _run.Find.Reset();
        return isWhole ? number : throw DamagedEntry(index);
    }

    /// <summary>The next entries of an index: those after a place, upwards and below a key, or downwards and not below a key.</summary>
    public List<IndexEntry> Scan(IndexName index, IndexEntry from, byte[] to, bool backwards, int count)
    {
        var scan = backwards ? _run.Down : _run.Up;
        scan.Bind(1, index.Scope).Bind(2, index.Kind).Bind(3, from.Key).Bind(4, from.Number).Bind(5, to).Bind(6, count);
        var found = new List<IndexEntry>();
        while (scan.Step())
        {
            var entry = new IndexEntry(scan.Bytes(0), scan.Number(1));
            if (LineChecksum.Of(index, entry.Key, entry.Number) != scan.Number(2))
            {
                scan.Reset();
                throw DamagedEntry(index);
            }

            found.Add(entry);
        }

        return found;
    }

    public long Count(IndexName index)
    {
        _run.Count.Bind(1, index.Scope).Bind(2, index.Kind).Step();
        var count = _run.Count.Number(0);
        _run.Count.Reset();
        return count;
    }

    /// <summary>Ends the open transaction and begins the next. On return the operating system has it, though the disk may not.</summary>
    /// <exception cref="LocalStoreException">SQLite has rolled the transaction back, as it does after some errors.</exception>
    public void Commit(TablesState state)
    {
        if (raw.sqlite3_get_autocommit(_database) != 0)
        {
            throw new LocalStoreException(
                $"{_path} has lost its open transaction. Start again: everything that was acknowledged is in the log.");
        }

        using (var update = new Statement(_database, "UPDATE state SET generation = ?1, sequence = ?2, last_id = ?3, crc = ?4"))
        {
            update.Bind(1, state.Generation).Bind(2, state.Sequence).Bind(3, state.LastId).Bind(4, state.Sum).Run();
        }

        Statement.Execute(_database, "COMMIT; BEGIN IMMEDIATE");
        State = state;
    }

    /// <summary>
    /// Sees from now on that others have emptied SQLite's WAL, if so: it begins anew with the next write, instead of growing.
    /// </summary>
    public void Renew() => Statement.Execute(_database, "COMMIT; BEGIN IMMEDIATE");

    /// <summary>
    /// Moves what is committed from SQLite's WAL into the file proper, and both onto the disk, while others go on. Says if it is done.
    /// </summary>
    public bool Backfill()
    {
        if (_backfilling is null)
        {
            _backfilling = TablesFile.Connect(_path);

            // Until a connection has read, it knows of no WAL, and moves nothing.
            Statement.Execute(_backfilling, "SELECT COUNT(*) FROM state");
        }

        var result = raw.sqlite3_wal_checkpoint_v2(_backfilling, null, raw.SQLITE_CHECKPOINT_PASSIVE, out var frames, out var moved);
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
        {
            SqliteException.ThrowExceptionForRC(result, _backfilling);
        }

        PagesInWal = Math.Max(frames, 0);
        return result == raw.SQLITE_OK && frames >= 0 && frames == moved;
    }

    /// <summary>
    /// The same, but nobody may work meanwhile, and the WAL is empty afterwards. Another process that reads the file prevents it.
    /// </summary>
    public bool Settle()
    {
        Statement.Execute(_database, "COMMIT");
        bool isDone;
        using (var checkpoint = new Statement(_database, "PRAGMA wal_checkpoint(TRUNCATE)"))
        {
            isDone = checkpoint.Step() && checkpoint.Number(0) == 0 && checkpoint.Number(1) == checkpoint.Number(2);
            checkpoint.Reset();
        }

        Statement.Execute(_database, "BEGIN IMMEDIATE");
        return isDone;
    }

    /// <summary>Lets SQLite forget the pages that it has in memory and needn't write.</summary>
    public void FreeMemory() => Statement.Execute(_database, "PRAGMA shrink_memory");

    /// <summary>Reads everything and compares it with its checksums.</summary>
    public void Verify()
    {
        using var check = new Statement(_database, "PRAGMA quick_check(1)");
        var says = check.Step() ? check.Text(0) : "";
        check.Reset();
        if (says != "ok")
        {
            throw Damaged(says);
        }

        Verify("SELECT crc, number, value FROM rows", line => LineChecksum.Of(line.Number(1), line.Span(2)));
        Verify("SELECT crc, id, space, key, value FROM records", line => LineChecksum.Of(
            line.Number(1), line.Span(2), line.Span(3), line.Span(4)));
        Verify("SELECT crc, scope, kind, key, number FROM entries", line =>
            LineChecksum.Of(new IndexName(line.Number(1), (int)line.Number(2)), line.Span(3), line.Number(4)));
    }

    public void Dispose()
    {
        _run.Dispose();
        _backfilling?.Dispose();
        _database.Dispose();
    }

    private void Put(Record record)
    {
        var (space, key) = (Encoding.UTF8.GetBytes(record.Space), Encoding.UTF8.GetBytes(record.Key));
        var checksum = LineChecksum.Of(record.Id, space, key, record.Value);
        _run.PutRecord.Bind(1, record.Id).BindText(2, space).BindText(3, key).Bind(4, record.Value).Bind(5, checksum).Run();
    }

    private void Verify(string sql, Func<Statement, uint> checksum)
    {
        using var lines = new Statement(_database, sql);
        while (lines.Step())
        {
            if (checksum(lines) != lines.Number(0))
            {
                throw Damaged("a line of it isn't as it was written");
            }
        }
    }

    private LocalStoreException DamagedEntry(IndexName index) =>
        Damaged($"an entry of index {index.Kind} of {index.Scope} isn't as it was written");

    private LocalStoreException Damaged(string what) => StoreFailure.Damaged(_path, what);
}
