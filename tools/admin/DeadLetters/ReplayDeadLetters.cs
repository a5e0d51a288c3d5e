using System.CommandLine;
using Chat.Admin.Backends;

namespace Chat.Admin.DeadLetters;

/// <summary><c>dead-letters replay</c>: lets the queue try again.</summary>
internal static class ReplayDeadLetters
{
    public static Command Command(Target target)
    {
        var choice = new LetterChoice();
        var command = new Command(
            "replay",
            "Sends dead letters to their queue again, under new message ids, and removes each once that is done. "
                + "A replay is harmless whenever it comes.");
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var letters = target.ConnectQueues(parsed);
            var ids = await choice.ResolveAsync(parsed, letters, cancellationToken);
            return await LetterChoice.TellAsync(parsed, "replayed", ids, letters.ReplayAsync(choice.Queue(parsed), ids, cancellationToken));
        });
        return command;
    }
}
