using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Admin.Moderation;

/// <summary><c>cases claim</c>: gives a moderator a case for a while.</summary>
internal static class ClaimCaseCommand
{
    public static Command Command(Target target)
    {
        var (id, moderator) = (CaseArguments.Case(), CaseArguments.Moderator());
        var command = new Command("claim", "Gives a moderator the case for 15 minutes.") { id, moderator };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var (claimed, refusal) = await ClaimCase.ClaimAsync(
                new CaseStore(new ChatContainers(cosmos)),
                parsed.GetRequiredValue(id),
                parsed.GetRequiredValue(moderator),
                TimeProvider.System,
                cancellationToken);
            if (claimed is null)
            {
                throw new RefusedException(refusal!.Title);
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{claimed.CaseId} until {Report.Show(claimed.ClaimedUntil)}");
            return AdminTool.Done;
        });
        return command;
    }
}
