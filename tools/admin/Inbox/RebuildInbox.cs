using System.CommandLine;
using System.Globalization;
using Chat.Admin.Backends;
using Chat.Functions.Shared;

namespace Chat.Admin.Inbox;

/// <summary><c>inbox rebuild</c>: makes a user's list again from the conversations that they are or were in.</summary>
internal static class RebuildInbox
{
    public static Command Command(Target target)
    {
        var user = Parsed.User();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would change." };
        var command = new Command(
            "rebuild",
            "Makes a user's list again from the conversations' logs: creates entries that are missing, raises what is behind. "
                + "Looks for the user in every partition of the conversations, "
                + "and reads a few documents of each conversation that they are in.")
        {
            user,
            dryRun,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var containers = new ChatContainers(cosmos);
            var rebuild = new InboxRebuild(containers, TimeProvider.System);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var (who, isDryRun) = (parsed.GetRequiredValue(user), parsed.GetValue(dryRun));
            var (all, changed, failed) = (0, 0, 0);
            await foreach (var conversation in new EvidenceReader(containers).ConversationsOfAsync(who, cancellationToken))
            {
                all++;
                var rebuilt = await rebuild.RebuildAsync(who, conversation, isDryRun, cancellationToken);
                if (rebuilt is null)
                {
                    failed++;
                    await error.WriteLineAsync($"{conversation} keeps changing, or can't be read; try again.");
                }
                else if (rebuilt.IsChanged)
                {
                    changed++;
                    await output.WriteLineAsync(
                        $"{conversation} {(rebuilt.Before is null ? "created" : "changed")}: {string.Join(", ", rebuilt.Changes)}");
                }
            }

            await error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{all} conversations, {changed} entries {(isDryRun ? "would change" : "changed")}."));
            return failed == 0 ? AdminTool.Done : AdminTool.Failed;
        });
        return command;
    }
}
