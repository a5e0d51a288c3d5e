using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Local.Store;

/// <summary>Makes, opens and recognises the file of <see cref="Tables"/>.</summary>
internal static class TablesFile
{
    /// <summary>Raised whenever the meaning of what is kept changes; a file of another version is refused.</summary>
    private const int FormatVersion = 4;

    /// <summary>
    /// Makes the file of a new store; what is there is empty or unfinished. SQLite's files beside it get its permissions.
    /// </summary>
    public static void Create(string path, long store)
    {
        PrivateFile.Create(path).Dispose();
        using var database = Connect(path);
        Statement.Execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        Create(database, new TablesState(store, 1, 0, 0));
        Statement.Execute(database, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public static sqlite3 Connect(string path)
    {
        Batteries_V2.Init();
        const int Flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var result = raw.sqlite3_open_v2(path, out var database, Flags, null);
        if (result != raw.SQLITE_OK)
        {
            using (database)
            {
                SqliteException.ThrowExceptionForRC(result, database);
            }
        }

        // Without the pragma, a sync of macOS leaves what it synced in the cache of the disk.
        raw.sqlite3_busy_timeout(database, 5000);
        Statement.Execute(database, "PRAGMA checkpoint_fullfsync = ON");
        return database;
    }

    public static void Create(sqlite3 database, TablesState state) => Statement.Execute(database, string.Create(
        CultureInfo.InvariantCulture,
        $"""
        BEGIN;
        CREATE TABLE state (
          store INTEGER NOT NULL, generation INTEGER NOT NULL, sequence INTEGER NOT NULL, last_id INTEGER NOT NULL, crc INTEGER NOT NULL);
        CREATE TABLE records (id INTEGER PRIMARY KEY, space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, crc INTEGER NOT NULL);
        CREATE TABLE rows (number INTEGER PRIMARY KEY, value BLOB NOT NULL, crc INTEGER NOT NULL);
        CREATE TABLE entries (
          scope INTEGER, kind INTEGER, key BLOB, number INTEGER, crc INTEGER NOT NULL,
          PRIMARY KEY (scope, kind, key, number)) WITHOUT ROWID;
        INSERT INTO state VALUES ({state.Store}, {state.Generation}, {state.Sequence}, {state.LastId}, {state.Sum});
        PRAGMA user_version = {FormatVersion};
        COMMIT;
        """));

    /// <exception cref="LocalStoreException">The file isn't ours, or of another format.</exception>
    public static void CheckFormat(string path, sqlite3 database)
    {
        using var version = new Statement(database, "PRAGMA user_version");
        version.Step();
        var format = version.Number(0);
        version.Reset();
        if (format == FormatVersion)
        {
            return;
        }

        throw new LocalStoreException(format switch
        {
            <= 0 => $"{path} isn't a file of this program. Choose another directory with --data DIR.",
            > FormatVersion => $"{path} has format {format}, and this version reads {FormatVersion}: a newer version wrote it. "
                + "Use that, or choose another directory with --data DIR.",
            _ => $"{path} has format {format} of an older version, and this one reads {FormatVersion}. "
                + "The data is whole: use the version that wrote it, or choose another directory with --data DIR.",
        });
    }
}
