using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Chat.Floor;

/// <summary>Messages in SQLite. What meets shares a transaction and a sync, as in the backend: what was answered is on disk.</summary>
internal sealed class MessageStore : IDisposable
{
    private readonly string _connectionString;
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentBag<PageQuery> _readers = [];
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private readonly SqliteConnection _connection;
    private readonly Task _writing;

    public MessageStore(string file)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
        _connection = new SqliteConnection(_connectionString);
        _connection.Open();
        using var create = _connection.CreateCommand();
        create.CommandText = """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE messages (
              conversation TEXT, seq INTEGER, id TEXT, sender TEXT, text TEXT, at INTEGER, PRIMARY KEY (conversation, seq)) WITHOUT ROWID;
            """;
        create.ExecuteNonQuery();
        _writing = Task.Factory.StartNew(
            WriteAsync,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
    }

    /// <summary>Stores a message as the next of its conversation; on return it is on disk.</summary>
    public Task<Message> AddAsync(string conversation, Draft draft)
    {
        var pending = new Pending(conversation, draft);
        _pending.Writer.TryWrite(pending);
        return pending.Stored.Task;
    }

    /// <summary>The newest 50 messages before a position, newest first.</summary>
    public List<Message> Page(string conversation, long before)
    {
        var reader = _readers.TryTake(out var idle) ? idle : new PageQuery(_connectionString);
        try
        {
            return reader.Read(conversation, before);
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    public void Dispose()
    {
        _pending.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
        _connection.Dispose();
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }
    }

    private async Task WriteAsync()
    {
        using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO messages VALUES ($conversation, $seq, $id, $sender, $text, $at)";
        foreach (var name in new[] { "$conversation", "$seq", "$id", "$sender", "$text", "$at" })
        {
            insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        var group = new List<(Pending Pending, Message Message)>();
        while (await _pending.Reader.WaitToReadAsync())
        {
            using (var transaction = _connection.BeginTransaction())
            {
                insert.Transaction = transaction;
                while (_pending.Reader.TryRead(out var pending))
                {
                    group.Add((pending, Insert(insert, pending)));
                }

                transaction.Commit();
            }

            foreach (var (pending, message) in group)
            {
                pending.Stored.SetResult(message);
            }

            group.Clear();
        }
    }

    private Message Insert(SqliteCommand insert, Pending pending)
    {
        var seq = _last[pending.Conversation] = _last.GetValueOrDefault(pending.Conversation) + 1;
        var message = new Message(
            pending.Conversation,
            seq,
            pending.Draft.Id,
            pending.Draft.Sender,
            pending.Draft.Text,
            TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        insert.Parameters[0].Value = message.Conversation;
        insert.Parameters[1].Value = message.Seq;
        insert.Parameters[2].Value = message.Id;
        insert.Parameters[3].Value = message.Sender;
        insert.Parameters[4].Value = message.Text;
        insert.Parameters[5].Value = message.At;
        insert.ExecuteNonQuery();
        return message;
    }

    private sealed record Pending(string Conversation, Draft Draft)
    {
        public TaskCompletionSource<Message> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A connection with the one query, prepared.</summary>
    private sealed class PageQuery : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _select;

        public PageQuery(string connectionString)
        {
            _connection = new SqliteConnection(connectionString);
            _connection.Open();
            _select = _connection.CreateCommand();
            _select.CommandText =
                "SELECT seq, id, sender, text, at FROM messages WHERE conversation = $conversation AND seq < $before "
                    + "ORDER BY seq DESC LIMIT 50";
            _select.Parameters.Add(new SqliteParameter { ParameterName = "$conversation" });
            _select.Parameters.Add(new SqliteParameter { ParameterName = "$before" });
        }

        public List<Message> Read(string conversation, long before)
        {
            _select.Parameters[0].Value = conversation;
            _select.Parameters[1].Value = before;
            using var rows = _select.ExecuteReader();
            var page = new List<Message>(50);
            while (rows.Read())
            {
                page.Add(
                    new Message(conversation, rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetInt64(4)));
            }

            return page;
        }

        public void Dispose()
        {
            _select.Dispose();
            _connection.Dispose();
        }
    }
}
