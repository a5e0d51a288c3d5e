using System.CommandLine;
using Chat.Admin.Backends;

namespace Chat.Admin.DeadLetters;

/// <summary>
/// <c>dead-letters list</c>: how many each queue has, or those of one queue; never what their bodies say beyond whom they are about.
/// </summary>
internal static class ListDeadLetters
{
    public static Command Command(Target target)
    {
        var queue = new Option<string?>("--queue") { Description = "The dead letters of this queue one by one." };
        queue.AcceptOnlyFromAmong(Queues.All);
        var format = Report.Format();
        var command = new Command("list", "How many dead letters each queue has, or those of one queue.") { queue, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var letters = target.ConnectQueues(parsed);
            await (parsed.GetValue(queue) is { } one
                ? ListAsync(parsed, format, letters, one, cancellationToken)
                : CountAsync(parsed, format, letters, cancellationToken));
            return AdminTool.Done;
        });
        return command;
    }

    private static async Task CountAsync(
        ParseResult parsed,
        Option<ReportFormat> format,
        DeadLetterQueues letters,
        CancellationToken cancellationToken)
    {
        var (counts, table) = (new List<QueueCount>(), Report.Table("queue", "dead letters", "oldest"));
        foreach (var queue in Queues.All)
        {
            var count = new QueueCount(queue, 0, null);
            await foreach (var letter in letters.ListAsync(queue, cancellationToken))
            {
                count = count with { DeadLetters = count.DeadLetters + 1, Oldest = count.Oldest ?? letter.EnqueuedAt };
            }

            counts.Add(count);
            table.Row(count.Queue, count.DeadLetters, count.Oldest);
        }

        Report.Write(parsed, format, counts, table);
    }

    private static async Task ListAsync(
        ParseResult parsed,
        Option<ReportFormat> format,
        DeadLetterQueues letters,
        string queue,
        CancellationToken cancellationToken)
    {
        var (rows, table) = (
            new List<LetterRow>(),
            Report.Table("id", "reason", "description", "enqueued", "deliveries", "conversation", "entries"));
        await foreach (var letter in letters.ListAsync(queue, cancellationToken))
        {
            var row = LetterRow.Of(letter);
            rows.Add(row);
            table.Row(row.Id, row.Reason, row.Description, row.EnqueuedAt, row.DeliveryCount, row.Conversation, letter.Subject.Entries);
        }

        Report.Write(parsed, format, rows, table);
    }
}

/// <param name="Oldest">When the first of them was enqueued.</param>
internal sealed record QueueCount(string Queue, int DeadLetters, DateTimeOffset? Oldest);

/// <summary>A dead letter without its body.</summary>
internal sealed record LetterRow(
    long Id,
    string MessageId,
    string? Reason,
    string? Description,
    DateTimeOffset? EnqueuedAt,
    int DeliveryCount,
    string? Conversation,
    long? First,
    long? Last)
{
    public static LetterRow Of(DeadLetter letter) => new(
        letter.Id,
        letter.MessageId,
        letter.Reason,
        letter.Description,
        letter.EnqueuedAt,
        letter.DeliveryCount,
        letter.Subject.Conversation,
        letter.Subject.First,
        letter.Subject.Last);
}
