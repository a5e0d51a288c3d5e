using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Functions.Reactions;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Delivery;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Responses;

/// <summary>
/// Posts' counts are what users did, however changes race, break off and are done again, and however the change feed is cut, repeated,
/// reordered and shared between owners.
/// </summary>
public class PostCountingTests
{
    private static readonly UserId[] People = [.. Enumerable.Range(0, 10).Select(n => new UserId($"user-{n}"))];
    private static readonly ReactionKey[] Keys = [new("👍"), new("❤️"), new(":ok:")];
    private static readonly Limits Limits = new() { ReactionKeys = 2, ReactionsPerUser = 3 };

    [Fact]
    public Task Counts_what_users_did_whatever_is_repeated_and_breaks_off() => StorySeeds.TryAsync(8, seed => RunAsync(seed, lag: 0));

    [Fact]
    public Task Counts_what_users_did_although_replicas_are_behind() => StorySeeds.TryAsync(4, seed => RunAsync(seed, lag: 40));

    [Fact]
    public async Task Leaves_out_what_nobody_reacts_with_any_more_before_that_grows_without_end()
    {
        await using var deployment = await Deployment.StartAsync();
        var (responses, channel) = (ResponsesOf(deployment), ConversationId.New());
        for (var n = 0; n < 20; n++)
        {
            foreach (var isWanted in (bool[])[true, false])
            {
                var (_, totals, refusal) = await responses.ChangeAsync(
                    People[0], channel, 1, new ReactionChange(new($":key-{n}:"), isWanted, null, Limits), CancellationToken.None);
                Assert.Null(refusal);
                Assert.Equal(isWanted ? 1 : 0, totals.Reactions.Count);
            }
        }

        var counted = Assert.Single(await StoredAsync(deployment, ChatJson.Default.CountedShard, "counted"));
        Assert.Equal(40, counted.Counts.Version);
        Assert.InRange(counted.Counts.Reactions.Count, 0, (2 * Limits.ReactionKeys) + 1);
    }

    [Fact]
    public async Task Finds_all_that_a_user_did_by_an_index()
    {
        await using var deployment = await Deployment.StartAsync();
        var (responses, channel) = (ResponsesOf(deployment), ConversationId.New());
        foreach (var user in People[..3])
        {
            foreach (var ordinal in (long[])[1, 2_000])
            {
                await responses.ChangeAsync(
                    user, channel, ordinal, new ReactionChange(Keys[0], true, null, Limits), CancellationToken.None);
            }
        }

        var asked = new QueryDefinition("SELECT * FROM c WHERE c.by = @user").WithParameter("@user", People[1].Value);
        var found = await deployment.StartProcess().Containers.Conversations.QueryAsync(
            asked, ChatJson.Default.DocumentsPagePostResponse, pageSize: 10).ToListAsync();
        Assert.Equal([1L, 2_000L], found.Select(response => response.Ordinal).Order());
        Assert.DoesNotContain(deployment.Azure.Meter.Read(), reading => reading is { Service: "cosmos", Operation: "scan" });
    }

    [Fact]
    public async Task Folds_later_what_it_cannot_fold_at_once()
    {
        await using var deployment = await Deployment.StartAsync();
        var (responses, channel) = (ResponsesOf(deployment), ConversationId.New());
        await responses.ChangeAsync(People[0], channel, 7, new ReactionChange(Keys[0], true, null, Limits), CancellationToken.None);
        await using var projector = new Projector(deployment, TimeProvider.System);
        var page = Assert.Single(await Projector.PagesAsync(deployment.Azure, int.MaxValue));
        using (deployment.Break("create", FaultKind.Fail))
        {
            await projector.FollowAsync(page);
        }

        Assert.Empty(await StoredAsync(deployment, ChatJson.Default.FoldedCounts, "counts"));

        // One that this version can't read is read again, too.
        await projector.FollowAsync(page.Replace("\"version\":1", "\"version\":\"?\"", StringComparison.Ordinal));
        Assert.Empty(await projector.FanOutAsync(deployment.Azure));
        var folded = Assert.Single(await StoredAsync(deployment, ChatJson.Default.FoldedCounts, "counts"));
        Assert.Equal((channel, 7, 1), (folded.ConversationId, folded.Ordinal, folded.Total().Reactions.Single().Count));
    }

    private static async Task RunAsync(int seed, int lag)
    {
        await using var deployment = await Deployment.StartAsync(seed: seed);
        var (dice, channel) = (new Random(seed), ConversationId.New());
        await using var one = new Projector(deployment, TimeProvider.System);
        await using var other = new Projector(deployment, TimeProvider.System);
        Projector[] owners = [one, other];
        PostResponses[] processes = [ResponsesOf(deployment), ResponsesOf(deployment)];
        if (lag > 0)
        {
            deployment.Azure.Cosmos.LagReads("chat", "conversations", lag);
        }

        foreach (var operation in (string[])["batch", "create", "replace"])
        {
            foreach (var trouble in (FaultKind[])[FaultKind.ResetAfter, FaultKind.Throttle, FaultKind.Fail])
            {
                deployment.Azure.Faults.Add(new Fault("cosmos", operation, trouble) { Probability = 0.05 });
            }
        }

        var done = new ConcurrentDictionary<(UserId, long), PostResponse>();
        List<string> seen = [];
        for (var step = 0; step < 10; step++)
        {
            // At once, each user one after the other, and by both processes: each again until it is answered, as clients do.
            var acts = People.Select(user => (user, Seed: dice.Next())).ToList();
            var acting = Task.WhenAll(acts.Select(act => ActAsync(processes, channel, act.user, new Random(act.Seed), done)));
            if (await Projector.PagesAsync(deployment.Azure, 1 + dice.Next(6)) is { Count: > 0 } pages)
            {
                seen.AddRange(dice.GetItems(pages.ToArray(), 2));
                await owners[dice.Next(2)].KeepFollowingAsync(dice.GetItems(pages.ToArray(), 1)[0]);
            }

            await acting;
        }

        var last = (await Projector.PagesAsync(deployment.Azure, 1 + dice.Next(6))).Concat(seen).ToArray();
        dice.Shuffle(last);
        await Task.WhenAll(last.Chunk(1 + (last.Length / 2)).Zip(owners, async (half, owner) =>
        {
            foreach (var page in half)
            {
                await owner.KeepFollowingAsync(page);
            }
        }));
        deployment.Azure.Faults.Clear();
        Assert.Empty(await other.FanOutAsync(deployment.Azure));

        var shown = (await StoredAsync(deployment, ChatJson.Default.FoldedCounts, "counts")).ToDictionary(post => post.Ordinal);
        foreach (var post in done.Values.GroupBy(response => response.Ordinal))
        {
            var totals = shown[post.Key].Total();
            Assert.Equal(
                Keys.Select(key => (key, post.Count(response => response.Keys.Contains(key)))),
                Keys.Select(key => (key, totals.Reactions.SingleOrDefault(found => found.Key == key)?.Count ?? 0)));
            Assert.Equal(
                Enumerable.Range(0, 3).Select(option => (long)post.Count(response => response.Options.Contains(option))),
                Enumerable.Range(0, 3).Select(option => totals.Votes.GetValueOrDefault(PostCounts.NameOf(option))));
            Assert.Equal(post.Count(response => response.Options.Count > 0), totals.Voters);
        }
    }

    private static async Task ActAsync(
        PostResponses[] processes,
        ConversationId channel,
        UserId user,
        Random dice,
        ConcurrentDictionary<(UserId, long), PostResponse> done)
    {
        for (var n = 0; n < 2; n++)
        {
            long ordinal = 1_023 + dice.Next(2);
            ResponseChange change = dice.Next(3) == 0
                ? new VoteChange([.. Enumerable.Range(0, 3).Where(_ => dice.Next(2) == 0)], IsClosed: false)
                : new ReactionChange(Keys[dice.Next(3)], dice.Next(2) == 0, null, Limits);
            while (true)
            {
                try
                {
                    var (response, _, refusal) = await processes[dice.Next(2)].ChangeAsync(
                        user, channel, ordinal, change, CancellationToken.None);
                    var expected = change.ApplyTo(done.GetValueOrDefault((user, ordinal)) ?? new PostResponse("", ordinal, user));
                    if (refusal is null)
                    {
                        Assert.Equal(expected.Keys, response.Keys);
                        Assert.Equal(expected.Options, response.Options);
                        done[(user, ordinal)] = response;
                    }

                    break;
                }
                catch (Exception exception) when (exception is CosmosException or HttpRequestException or TimeoutException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                }
            }
        }
    }

    private static async Task<IReadOnlyList<T>> StoredAsync<T>(Deployment deployment, JsonTypeInfo<T> type, string name)
    {
        // As the change feed shows it: no replica lags there.
        List<T> found = [];
        foreach (var page in await Projector.PagesAsync(deployment.Azure, 1))
        {
            using var documents = JsonDocument.Parse(page);
            var document = documents.RootElement[0];
            found.AddRange(document.GetProperty("type").GetString() == name ? [document.Deserialize(type)!] : []);
        }

        return found;
    }

    private static PostResponses ResponsesOf(Deployment deployment)
    {
        var containers = deployment.StartProcess().Containers;
        return new PostResponses(containers, new PostCountsReader(containers, TimeProvider.System), Limits);
    }
}
