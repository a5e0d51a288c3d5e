using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Moderation;

/// <summary><c>users standing</c>: who is restricted, suspended or banned.</summary>
internal static class ShowStandings
{
    public static Command Command(Target target)
    {
        var user = Parsed.User();
        user.Arity = ArgumentArity.ZeroOrOne;
        var format = Report.Format();
        var command =
            new Command("standing", "Who is restricted, suspended or banned, by which cases; or a user's standing.") { user, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var (now, only) = (
                TimeProvider.System.GetUtcNow(), parsed.GetResult(user) is { Tokens.Count: > 0 } ? parsed.GetValue(user) : (UserId?)null);
            var all = new ChatContainers(cosmos).Moderation.QueryPartitionAsync(
                new QueryDefinition("SELECT * FROM c"),
                new PartitionKey(UserStanding.Partition.Value),
                ChatJson.Default.DocumentsPageListedStanding,
                cancellationToken: cancellationToken);
            var (rows, table) = (new List<StandingRow>(), Report.Table("user", "standing", "until", "cases"));
            await foreach (var standing in all)
            {
                var one = standing.ToStanding();
                if (one.At(now) != Standing.None && (only is null || one.UserId == only))
                {
                    var cases = one.Sources.Where(source => source.HoldsAt(now)).Select(source => source.CaseId).Distinct();
                    var row = new StandingRow(one.UserId.Value, one.At(now), one.Until(now), [.. cases.Select(id => id.Value)]);
                    rows.Add(row);
                    table.Row(row.User, row.Standing, row.Until, string.Join(' ', row.Cases));
                }
            }

            Report.Write(parsed, format, rows, table);
            return AdminTool.Done;
        });
        return command;
    }

    /// <param name="Until">When it ends by itself; null if it doesn't.</param>
    private sealed record StandingRow(string User, Standing Standing, DateTimeOffset? Until, IReadOnlyList<string> Cases);
}
