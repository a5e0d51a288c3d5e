using SQLitePCL;

namespace Chat.Local.Store;

/// <summary>The statements of <see cref="Tables"/>.</summary>
internal sealed class TableStatements(sqlite3 database) : IDisposable
{
    public Statement PutRecord { get; } = new(database, "INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4, ?5)");

    public Statement DeleteRecord { get; } = new(database, "DELETE FROM records WHERE id = ?1");

    public Statement PutRow { get; } = new(database, "INSERT OR REPLACE INTO rows VALUES (?1, ?2, ?3)");

    public Statement DeleteRow { get; } = new(database, "DELETE FROM rows WHERE number = ?1");

    public Statement AddEntry { get; } = new(database, "INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5)");

    public Statement RemoveEntry { get; } =
        new(database, "DELETE FROM entries WHERE scope = ?1 AND kind = ?2 AND key = ?3 AND number = ?4");

    public Statement ClearIndex { get; } = new(database, "DELETE FROM entries WHERE scope = ?1 AND kind = ?2");

    /// <summary>The first entries, where there are so many of them.</summary>
    public Statement ClearSome { get; } = new(database, """
        DELETE FROM entries WHERE scope = ?1 AND kind = ?2 AND (key, number) <= (
          SELECT key, number FROM entries WHERE scope = ?1 AND kind = ?2 ORDER BY key, number LIMIT 1 OFFSET 31)
        """);

    public Statement Records { get; } = new(database, "SELECT id, space, key, value, crc FROM records ORDER BY id");

    public Statement Row { get; } = new(database, "SELECT value, crc FROM rows WHERE number = ?1");

    public Statement Find { get; } = new(database, "SELECT number, crc FROM entries WHERE scope = ?1 AND kind = ?2 AND key = ?3 LIMIT 1");

    public Statement Count { get; } = new(database, "SELECT COUNT(*) FROM entries WHERE scope = ?1 AND kind = ?2");

    public Statement Up { get; } = new(database, """
        SELECT key, number, crc FROM entries
        WHERE scope = ?1 AND kind = ?2 AND (key, number) > (?3, ?4) AND key < ?5 ORDER BY key, number LIMIT ?6
        """);

    public Statement Down { get; } = new(database, """
        SELECT key, number, crc FROM entries
        WHERE scope = ?1 AND kind = ?2 AND (key, number) < (?3, ?4) AND key >= ?5 ORDER BY key DESC, number DESC LIMIT ?6
        """);

    public void Dispose()
    {
        Statement[] all =
            [PutRecord, DeleteRecord, PutRow, DeleteRow, AddEntry, RemoveEntry, ClearIndex, ClearSome, Records, Row, Find, Count, Up, Down];
        Array.ForEach(all, statement => statement.Dispose());
    }
}
