using System.Globalization;
using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Thousands of users are banned. An instance reads them all when it starts, and from then on what changed.</summary>
public class When_many_have_a_standing
{
    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    public async Task Should_cost_by_their_number_at_the_start_and_by_what_changed_after_that(int users)
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, users),
            async (n, _) => await azure.Cosmos.UpsertDocumentAsync(
                "chat", "moderation", "standings", JsonSerializer.SerializeToUtf8Bytes(Banned(n), ChatJson.Default.CaseDocument)));
        clock.Jump(TimeSpan.FromMinutes(2));
        await using var app = await ChatApp.StartAsync(azure);
        foreach (var n in new[] { 0, users / 2, users - 1 })
        {
            Assert.Equal("banned", await app.As(Name(n)).IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        }

        // The first read of what changed goes back to before all were read, and finds nothing.
        var (asked, all) = Queries(azure);
        Assert.InRange(all, users * 0.02, users * 0.08);
        clock.Jump(StandingList.Interval);
        var (again, after) = await Eventually.HoldsAsync(() => Queries(azure), seen => seen.Requests > asked);
        Assert.InRange((after - all) / (again - asked), 2, 4);
    }

    private static (long Requests, double Units) Queries(LocalAzure azure) =>
        azure.Meter.Read()
            .Where(reading => reading is { Service: "cosmos", Operation: "query" })
            .Select(reading => (reading.Requests, reading.Units))
            .SingleOrDefault();

    private static UserStanding Banned(int n) => new()
    {
        CaseId = UserStanding.Partition,
        UserId = new UserId(Name(n)),
        Sources = [new(
            new CaseId(OpaqueId.Hash("case", Name(n))), new DecisionId(OpaqueId.Hash("decision", Name(n))), 1, Standing.Banned, null)],
    };

    private static string Name(int n) => string.Create(CultureInfo.InvariantCulture, $"user-{n:D6}");
}
