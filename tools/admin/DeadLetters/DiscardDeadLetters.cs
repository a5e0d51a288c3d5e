using System.CommandLine;
using Chat.Admin.Backends;

namespace Chat.Admin.DeadLetters;

/// <summary><c>dead-letters discard</c>: removes dead letters for good, once somebody said yes to that.</summary>
internal static class DiscardDeadLetters
{
    public static Command Command(Target target, TextReader input)
    {
        var choice = new LetterChoice();
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask." };
        var command = new Command("discard", "Removes dead letters for good; asks before.") { yes };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var letters = target.ConnectQueues(parsed);
            var ids = await choice.ResolveAsync(parsed, letters, cancellationToken);
            if (ids.Count > 0 && !parsed.GetValue(yes))
            {
                await parsed.InvocationConfiguration.Error.WriteAsync($"Discard {ids.Count} of {choice.Queue(parsed)} for good? [y/N] ");
                if (await input.ReadLineAsync(cancellationToken) is not ("y" or "Y" or "yes"))
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync("Nothing was discarded.");
                    return AdminTool.Failed;
                }
            }

            return await LetterChoice.TellAsync(
                parsed,
                "discarded",
                ids,
                letters.DiscardAsync(choice.Queue(parsed), ids, cancellationToken));
        });
        return command;
    }
}
