using System.CommandLine;
using Chat.Admin.Backends;

namespace Chat.Admin.DeadLetters;

/// <summary><c>dead-letters peek</c>: one dead letter with its body, which may hold what people wrote.</summary>
internal static class PeekDeadLetter
{
    public static Command Command(Target target)
    {
        var queue = Queues.Argument();
        var id = new Argument<long>("id") { Description = "The letter's id, from the list." };
        var format = Report.Format();
        var command = new Command("peek", "One dead letter with its body, which may hold what people wrote.") { queue, id, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var letters = target.ConnectQueues(parsed);
            var (name, number) = (parsed.GetRequiredValue(queue), parsed.GetRequiredValue(id));
            var letter = await letters.FindAsync(name, number, cancellationToken)
                ?? throw new NotThereException($"Queue {name} has no dead letter {number}.");
            var (row, body) = (LetterRow.Of(letter), letter.Body.ToString());
            var table = Report.Table("id", "message id", "reason", "description", "enqueued", "deliveries", "body");
            table.Row(row.Id, row.MessageId, row.Reason, row.Description, row.EnqueuedAt, row.DeliveryCount, body);
            Report.Write(parsed, format, new { Letter = row, Body = body }, table);
            return AdminTool.Done;
        });
        return command;
    }
}
