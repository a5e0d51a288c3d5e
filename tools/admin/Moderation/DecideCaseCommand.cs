using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Admin.Moderation;

/// <summary><c>cases decide</c>: decides a case. The app does what the decision says, as the queue tells it.</summary>
internal static class DecideCaseCommand
{
    public static Command Command(Target target)
    {
        var (id, moderator) = (CaseArguments.Case(), CaseArguments.Moderator());
        var version = new Option<int>("--version")
        {
            Description = "The case's version that was looked at, as 'cases show' prints it.",
            HelpName = "N",
            Required = true,
        };
        var action = CaseArguments.Word<DecisionAction>("--action", "What is to be done.", isRequired: true);
        var ground = CaseArguments.Word<DecisionGround>("--ground", "What it goes by.", isRequired: true);
        var rule = Words("--rule", "The law's or rule's name, for the user concerned.", isRequired: true);
        var scope = Words("--scope", "What it covers, for the user concerned.", isRequired: false);
        var note = Words("--note", "For moderators alone.", isRequired: false);
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "When a standing ends by itself, such as 2026-03-01T00:00:00Z.",
            HelpName = "TIME",
        };
        var command = new Command("decide", "Decides a case; the app does what the decision says, within seconds.")
        {
            id, moderator, version, action, ground, rule, scope, until, note,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (limits, time) = (new Limits(), TimeProvider.System);
            var request = new DecisionRequest(
                parsed.GetRequiredValue(version),
                parsed.GetRequiredValue(action),
                parsed.GetRequiredValue(ground),
                Bounded(parsed.GetRequiredValue(rule)!, limits.Rule, rule))
            {
                Scope = parsed.GetValue(scope) is { } covers ? Bounded(covers, limits.Rule, scope) : null,
                Until = parsed.GetValue(until) is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end.ToUnixTimeMilliseconds()) : null,
                Note = parsed.GetValue(note) is { } noted ? Bounded(noted, limits.Note, note) : null,
            };
            if (request.Fault(time.GetUtcNow()) is { } fault)
            {
                throw new BadArgumentsException($"--until: {fault.Detail}");
            }

            using var cosmos = target.ConnectCosmos(parsed);
            await using var serviceBus = target.ConnectServiceBus(parsed);
            var decisions = new CaseDecisions(new CaseStore(new ChatContainers(cosmos)), new ModerationQueue(serviceBus), time);
            var (decision, isRepeat, refusal) = await decisions.CommitAsync(
                parsed.GetRequiredValue(id),
                parsed.GetRequiredValue(moderator),
                request,
                null,
                null,
                TimeSpan.FromSeconds(1),
                cancellationToken);
            if (decision is null)
            {
                throw new RefusedException(refusal!.Errors is [var first, ..] ? $"{refusal.Title} {first.Detail}" : refusal.Title);
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{decision.DecisionId} {(isRepeat ? "was made before" : "is made")}");
            return AdminTool.Done;
        });
        return command;
    }

    private static Option<string?> Words(string name, string description, bool isRequired) =>
        new(name) { Description = description, HelpName = "TEXT", Required = isRequired };

    private static string Bounded(string text, int limit, Option option) =>
        text.Length == 0 || text.EnumerateRunes().Count() > limit || text.Contains('\0', StringComparison.Ordinal)
            ? throw new BadArgumentsException($"{option.Name} takes 1 to {limit} characters.")
            : text;
}
