using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Chat.Admin.Backends;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Conversations;

/// <summary><c>conversation log</c>: entries in their order. A number that is missing has expired.</summary>
internal static class ShowLog
{
    private const int MaxEntries = 1_000;

    public static Command Command(Target target)
    {
        var (id, content, format) = (Parsed.Conversation(), Report.Content(), Report.Format());
        var after = new Option<long>("--after") { Description = "Entries after this position.", HelpName = "SEQ" };
        var limit = new Option<int>("--limit")
        {
            Description = $"How many at most, 1 to {MaxEntries}.",
            DefaultValueFactory = _ => 50,
            Validators =
            {
                given =>
                {
                    if (given.Tokens is [var number]
                        && int.TryParse(number.Value, CultureInfo.InvariantCulture, out var entries) && entries is < 1 or > MaxEntries)
                    {
                        given.AddError($"--limit takes 1 to {MaxEntries}.");
                    }
                },
            },
        };
        var command = new Command("log", "A conversation's log, entry by entry.") { id, after, limit, content, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var (containers, conversation) = (new ChatContainers(cosmos), parsed.GetRequiredValue(id));
            var query = new QueryDefinition("SELECT TOP @take * FROM c WHERE c.seq > @after ORDER BY c.seq")
                .WithParameter("@take", parsed.GetValue(limit))
                .WithParameter("@after", parsed.GetValue(after));
            var (rows, table) = (new List<EntryRow>(), Report.Table("seq", "at", "what", "by", "message", "users", "content"));
            await foreach (var entry in containers.Conversations.QueryPartitionAsync(
                query,
                new PartitionKey(conversation.Value),
                ChatJson.Default.DocumentsPageLogEntry,
                cancellationToken: cancellationToken))
            {
                var row = EntryRow.Of(entry, parsed.GetValue(content));
                rows.Add(row);
                table.Row(
                    row.Seq,
                    row.At,
                    row.What,
                    row.By,
                    row.MessageId,
                    string.Join(' ', row.Users ?? []),
                    row.Text ?? row.Data?.ToString());
            }

            if (rows.Count == 0 && await new ConversationReader(containers).ReadHeadAsync(conversation, null, cancellationToken) is null)
            {
                throw new NotThereException($"There is no conversation {conversation}.");
            }

            Report.Write(parsed, format, rows, table);
            return AdminTool.Done;
        });
        return command;
    }
}

/// <summary>An entry of a log.</summary>
/// <param name="Users">Whom it is about, of those who came, went or changed.</param>
/// <param name="Text">A message's text, if content is asked for.</param>
/// <param name="Data">What an event says, if content is asked for.</param>
internal sealed record EntryRow(
    long Seq,
    DateTimeOffset At,
    string What,
    UserId By,
    MessageId? MessageId,
    IReadOnlyList<string>? Users,
    string? CommitId,
    string? Text,
    JsonElement? Data)
{
    public static EntryRow Of(LogEntry entry, bool withContent) => entry switch
    {
        Message message =>
            new(
                message.Seq,
                message.At,
                Message.Created,
                message.SenderId,
                message.MessageId,
                null,
                message.Commit?.Id,
                withContent ? message.Text : null,
                null),
        LogEvent happened => new(
            happened.Seq,
            happened.At,
            happened.EventType,
            happened.ActorId,
            happened.MessageId,
            UsersOf(happened.Data),
            happened.Commit?.Id,
            null,
            withContent ? happened.Data : null),
        _ => throw new ArgumentException("An entry is a message or an event.", nameof(entry)),
    };

    private static List<string>? UsersOf(JsonElement data) =>
        data.TryGetProperty("userId", out var user) ? [user.GetString()!]
        : data.TryGetProperty("members", out var members) ?
        [
            .. members.EnumerateArray().Select(member => member.GetProperty("userId").GetString()!),
        ]
        : null;
}
