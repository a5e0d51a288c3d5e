using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// People do anything to each other's messages through three instances while calls fail and instances are killed; whoever only reads the
/// log, whenever, has in the end what the pages of messages and the pins say, also of what is their own. More seeds:
/// <c>CHAT_STORY_SEEDS=200</c>.
/// </summary>
public class When_a_client_knows_only_the_events
{
    private const int StepsEach = 18;

    /// <summary>More than a summary of reactions names.</summary>
    private static readonly string[] People = ["ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal"];

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? "4", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Should_know_everything_that_is_to_be_seen(int seed)
    {
        var (clock, faults, random) = (new JumpingClock(), new Faults(seed), new Random(seed));
        await using var fleet = await Fleet.StartAsync(3, faults, clock);
        var group = (await fleet.As("ann", random).CreateGroupAsync("Team", People[1..])).ConversationId;
        var poster = (await fleet.As("ann", random).SendAsync(group, "React!")).MessageId;
        foreach (var (operation, kind) in new[]
        {
            ("batch", FaultKind.ResetAfter),
            ("batch", FaultKind.TimeoutAfter),
            ("batch", FaultKind.Throttle),
            ("batch", FaultKind.FalsePrecondition),
            ("read", FaultKind.Throttle),
            ("query", FaultKind.Throttle),
            ("patch", FaultKind.ResetAfter),
            ("replace", FaultKind.ResetAfter),
        })
        {
            faults.Add(new Fault("cosmos", operation, kind) { Probability = 0.05 });
        }

        // Two read from the beginning on, one of them as if all were pushed, and one when it is over.
        LogReader Reader(bool isPushed) => new(() => fleet.As("ben", random), group, isPushed);
        var (early, pushed, late) = (Reader(isPushed: false), Reader(isPushed: true), Reader(isPushed: false));
        var doing = Task.WhenAll(
            People.Select((name, n) => new Someone(fleet, name, group, poster, new Random((seed * 100) + n)).GoOnAsync(StepsEach)));
        for (var n = 1; !doing.IsCompleted; n++)
        {
            await early.ReadOnAsync(1 + random.Next(5));
            await pushed.ReadOnAsync(1 + random.Next(5));
            if (n % 12 == 6)
            {
                await fleet.ReplaceOneAsync(random);
            }
        }

        await doing;
        faults.Clear();
        foreach (var reader in new[] { early, pushed, late })
        {
            while (await reader.ReadOnAsync(100))
            {
            }

            await reader.ShouldKnowWhatIsShownAsync(100);
        }
    }

    /// <summary>A member who does one thing after another, each again until it is answered.</summary>
    private sealed class Someone(Fleet fleet, string name, string group, string poster, Random random)
    {
        private readonly List<JsonElement> _seen = [];

        public async Task GoOnAsync(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                if (step % 5 == 0)
                {
                    _seen.Clear();
                    _seen.AddRange((await UntilAnsweredAsync("GET", "/messages?limit=20", null)).List("messages")
                        .Where(message => message.Text("messageId") != poster));
                }

                await DoAsync($"{step}");
            }
        }

        private Task<JsonElement> DoAsync(string id)
        {
            var any = _seen.Count > 0 ? _seen[random.Next(_seen.Count)].Text("messageId") : null;
            return (any is null ? 0 : random.Next(18)) switch
            {
                0 or 1 => SayAsync(new { clientMessageId = id, text = $"{name} {id}" }),
                2 => SayAsync(new { clientMessageId = id, text = $"{name} answers {id}", replyTo = any }),
                3 => SayAsync(new
                {
                    clientMessageId = id,
                    text = $"{name} in a thread {id}",
                    threadId = any,
                    mentions = new[] { new { userId = "ben", offset = 0, length = 3 } },
                }),
                4 => SayAsync(new
                {
                    clientMessageId = id,
                    poll = new { question = $"{name} asks {id}", options = new[] { "a", "b", "c" }, multiple = true },
                }),
                5 => UntilAnsweredAsync("POST", "/messages/batch", new
                {
                    messages = Enumerable.Range(0, 3).Select(n => new { clientMessageId = $"{id}-{n}", text = $"{name} {id} {n}" }),
                }),
                6 or 7 => UntilAnsweredAsync("PATCH", $"/messages/{(name == "ann" ? poster : any)}", new { text = $"{name} edited {id}" }),
                8 => UntilAnsweredAsync("DELETE", $"/messages/{any}", null),
                9 => UntilAnsweredAsync("PUT", $"/messages/{any}/reactions/:a:", null),
                10 => UntilAnsweredAsync("DELETE", $"/messages/{any}/reactions/:a:", null),
                11 =>
                    UntilAnsweredAsync(
                        "PUT",
                        $"/messages/{any}/vote",
                        new { options = Enumerable.Range(0, 3).Where(_ => random.Next(2) == 0) }),
                12 => UntilAnsweredAsync("PUT", $"/messages/{any}/pin", null),
                13 or 14 or 15 => UntilAnsweredAsync("PUT", $"/messages/{poster}/reactions/:a:", null),
                16 => UntilAnsweredAsync("DELETE", $"/messages/{poster}/reactions/:a:", null),
                _ => UntilAnsweredAsync("DELETE", $"/messages/{any}/pin", null),
            };
        }

        private Task<JsonElement> SayAsync(object body) => UntilAnsweredAsync("POST", "/messages", body);

        private async Task<JsonElement> UntilAnsweredAsync(string method, string path, object? body)
        {
            var json = JsonSerializer.SerializeToElement(body);
            using var answer = await Eventually.SeesAsync(
                async () =>
                {
                    try
                    {
                        return await fleet.As(name, random).SendAsync(
                            new HttpMethod(method),
                            $"/api/conversations/{group}{path}",
                            body is null ? null : JsonContent.Create(json));
                    }
                    catch (HttpRequestException)
                    {
                        // The instance was killed.
                        return null;
                    }
                },
                answer => answer is not null and not { StatusCode: HttpStatusCode.ServiceUnavailable });
            var text = await answer!.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode is < 300 or 403 or 404 or 409, $"{method} {path}: {(int)answer.StatusCode} {text}");
            return text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        }
    }
}
