using Microsoft.Data.Sqlite;

namespace Chat.Local.Store;

/// <summary>The one file behind <see cref="LocalStore"/>: a table of records, written in transactions by one thread.</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>Raised whenever a record's meaning changes; a file of another version is refused.</summary>
    private const int FormatVersion = 1;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;

    private SqliteFile(SqliteConnection connection)
    {
        _connection = connection;
        _put = Prepare("INSERT INTO records (id, space, key, value) VALUES ($id, $space, $key, $value) ON CONFLICT (id) DO UPDATE SET value = $value", "$id", "$space", "$key", "$value");
        _delete = Prepare("DELETE FROM records WHERE id = $id", "$id");
    }

    /// <exception cref="LocalStoreException">The file is damaged, of another format, or not ours.</exception>
    public static SqliteFile Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            using var version = connection.CreateCommand();
            version.CommandText = "PRAGMA user_version";
            switch ((long)version.ExecuteScalar()!)
            {
                case 0:
                    Execute(connection, $"""
                        BEGIN;
                        CREATE TABLE records (id INTEGER PRIMARY KEY, space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL);
                        PRAGMA user_version = {FormatVersion};
                        COMMIT;
                        """);
                    break;
                case FormatVersion:
                    break;
                case var other:
                    throw new LocalStoreException($"{path} has format {other}, this version reads {FormatVersion}. Start with --reset to begin anew, or with --data DIR elsewhere.");
            }

            return new SqliteFile(connection);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Unreadable(path, exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="LocalStoreException">The file is damaged further in.</exception>
    public IReadOnlyList<Record> ReadAll()
    {
        try
        {
            using var select = _connection.CreateCommand();
            select.CommandText = "SELECT id, space, key, value FROM records ORDER BY id";
            using var rows = select.ExecuteReader();
            var records = new List<Record>();
            while (rows.Read())
            {
                records.Add(new Record(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), (byte[])rows[3]));
            }

            return records;
        }
        catch (SqliteException exception)
        {
            throw Unreadable(_connection.DataSource, exception);
        }
    }

    /// <summary>Writes all, or throws and writes none; on return they are on disk.</summary>
    public void Write(List<Write> writes)
    {
        using var transaction = _connection.BeginTransaction();
        _put.Transaction = _delete.Transaction = transaction;
        foreach (var write in writes)
        {
            if (write.Record is { } record)
            {
                _put.Parameters[0].Value = record.Id;
                _put.Parameters[1].Value = record.Space;
                _put.Parameters[2].Value = record.Key;
                _put.Parameters[3].Value = record.Value;
                _put.ExecuteNonQuery();
            }
            else
            {
                _delete.Parameters[0].Value = write.Id;
                _delete.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        _put.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    private static LocalStoreException Unreadable(string path, SqliteException exception) =>
        new($"{path} can't be read ({exception.Message}). Start with --reset to begin anew, or with --data DIR elsewhere.", exception);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}

/// <summary>One change of the file: a record to put, or the id of one to delete.</summary>
internal readonly record struct Write(long Id, Record? Record);
