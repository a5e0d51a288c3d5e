using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Admin.Moderation;

/// <summary><c>cases list</c>: cases, the most urgent first.</summary>
internal static class ListCasesCommand
{
    private const int MaxLimit = 1_000;

    public static Command Command(Target target)
    {
        var state = CaseArguments.Word<CaseState>("--state", "Those that wait, unless told otherwise.", isRequired: false);
        var severity = new Option<Severity?>("--severity") { Description = "Only those.", HelpName = "low|medium|high|critical" };
        var limit = new Option<int>("--limit") { Description = $"How many; up to {MaxLimit}.", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxLimit)
            {
                result.AddError($"--limit takes 1 to {MaxLimit}.");
            }
        });
        var format = Report.Format();
        var command = new Command("list", "Cases, the most urgent first.") { state, severity, limit, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var found = await new CaseStore(new ChatContainers(cosmos))
                .ListAsync(parsed.GetValue(state), parsed.GetValue(severity), "", parsed.GetValue(limit), cancellationToken);
            var table = Report.Table(
                "case", "severity", "due", "target", "user", "conversation", "reports", "reporters", "reasons", "appeal", "claimed by",
                "until");
            foreach (var one in found)
            {
                table.Row(
                    one.CaseId, one.Severity, one.DueAt, one.Target.Kind, one.Target.UserId, one.Target.ConversationId, one.Reports,
                    one.Reporters,
                    string.Join(' ', one.Reasons.Select(reason => Report.Show(reason))), one.IsAppeal ? "yes" : "", one.ClaimedBy,
                    one.ClaimedUntil);
            }

            Report.Write(parsed, format, found.Select(CaseView.Of), table);
            return AdminTool.Done;
        });
        return command;
    }
}
