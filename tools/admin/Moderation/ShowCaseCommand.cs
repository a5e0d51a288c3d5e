using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Spectre.Console;

namespace Chat.Admin.Moderation;

/// <summary><c>cases show</c>: a case with its reports, decisions and appeals; what people wrote only where it is asked for.</summary>
internal static class ShowCaseCommand
{
    /// <summary>As much evidence as one looks at; the rest is had by HTTP.</summary>
    private const int MaxEvidence = 1_000;

    public static Command Command(Target target)
    {
        var (id, content, format) = (CaseArguments.Case(), Report.Content(), Report.Format());
        var command = new Command(
            "show", "A case with its reports, decisions and appeals, and with --content what was said.") { id, content, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var cases = new CaseStore(new ChatContainers(cosmos));
            var found = await CaseArguments.ReadAsync(cases, parsed.GetRequiredValue(id), cancellationToken);
            var details = await GetCase.ReadAsync(cases, found, null, MaxEvidence, cancellationToken);
            var shown = parsed.GetValue(content) ? details : Hide(details);
            Report.Write(parsed, format, shown, [State(shown.Case), Reports(shown), Decisions(shown), Appeals(shown), Evidence(shown)]);
            return AdminTool.Done;
        });
        return command;
    }

    private static CaseDetails Hide(CaseDetails all) => all with
    {
        Reports = [.. all.Reports.Select(report => report with
        {
            Note = null,
            Conversation = report.Conversation is { } one ? one with { Title = null, Description = null, AvatarUrl = null } : null,
        })],
        Decisions = [.. all.Decisions.Select(decision => decision with { Note = null })],
        Appeals = [.. all.Appeals.Select(appeal => appeal with { Text = "" })],
        Evidence = [],
    };

    private static Table State(CaseView shown)
    {
        var table = Report.Table("version", "state", "target", "user", "conversation", "due", "answers an appeal");
        table.Row(
            shown.Version, shown.State, shown.Target.Kind, shown.Target.UserId, shown.Target.ConversationId, shown.DueAt,
            shown.IsAppeal ? "yes" : "no");
        return table;
    }

    private static Table Reports(CaseDetails shown)
    {
        var table = Report.Table("report", "at", "by", "reason", "messages", "note");
        foreach (var report in shown.Reports)
        {
            table.Row(report.ReportId, report.At, report.ReporterId, report.Reason, report.MessageIds?.Count, report.Note);
        }

        return table;
    }

    private static Table Decisions(CaseDetails shown)
    {
        var table = Report.Table("decision", "at", "by", "action", "until", "ground", "rule", "scope", "on appeal", "note");
        foreach (var one in shown.Decisions)
        {
            table.Row(
                one.DecisionId, one.At, one.ModeratorId, one.Action, one.Until, one.Ground, one.Rule, one.Scope,
                one.IsOnAppeal ? "yes" : "", one.Note);
        }

        return table;
    }

    private static Table Appeals(CaseDetails shown)
    {
        var table = Report.Table("appeal against", "at", "by", "text");
        foreach (var appeal in shown.Appeals)
        {
            table.Row(appeal.DecisionId, appeal.At, appeal.UserId, appeal.Text);
        }

        return table;
    }

    private static Table Evidence(CaseDetails shown)
    {
        var table = Report.Table("seq", "reported", "by", "at", "flags", "text");
        foreach (var one in shown.Evidence)
        {
            table.Row(
                one.Seq, one.IsReported ? "yes" : "", one.Message?.SenderId, one.Message?.At ?? one.Revision?.At,
                string.Join(' ', one.Flags ?? []), one.Message?.Text ?? one.Revision?.Text);
        }

        return table;
    }
}
