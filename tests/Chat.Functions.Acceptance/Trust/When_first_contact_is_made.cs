using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>
/// The table of first contact over HTTP, by both doors: age by age, follows, settings; and of these in turn with blocks, bans and
/// conversations that were there before. The whole table, in code alone, is <c>FirstContactTests</c>.
/// </summary>
public sealed class When_first_contact_is_made
{
    private const int AtOnce = 4;
    private static readonly string[] Ages = ["unknown", "u16", "16-17", "18+"];
    private static readonly string?[] Audiences = [null, "everyone", "friends", "following", "noOne"];

    /// <summary>What else is between the two; each with another part of the table.</summary>
    private static readonly string[] Besides =
        ["blocks", "is blocked", "sender is restricted", "recipient is banned", "talked", "talked, and blocks"];

    [Fact]
    public async Task Should_come_to_what_the_table_says()
    {
        await using var open = await ChatApp.StartAsync();
        var cases = (
            from sender in Ages
            from recipient in Ages
            from follows in new[] { false, true }
            from isFollowed in new[] { false, true }
            from audience in Audiences
            select new Pair(sender, recipient, follows, isFollowed, audience, "")).ToList();
        cases.AddRange(Besides.SelectMany(
            (besides, n) => cases.Where((_, m) => m % Besides.Length == n).Select(one => one with { Besides = besides }))
            .ToList());
        cases = [.. cases.Select((one, n) => one with { Recipient = $"recipient-{n}" })];

        await PrepareAsync(open, cases);
        await using var strict = await ChatApp.StartAsync(open.Azure, ChatApp.Strict);
        var (wrong, seen) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            foreach (var isAdd in new[] { false, true })
            {
                var (expected, answer) = (one.Expected(isAdd), await TryAsync(strict.As(one.Sender), one.Recipient, isAdd));
                seen.AddOrUpdate($"{(isAdd ? "add" : "message")}: {answer}", 1, (_, count) => count + 1);
                if (expected != answer)
                {
                    wrong.Enqueue($"{(isAdd ? "An add" : "A message")} of {one}: {answer} and not {expected}");
                }
            }
        });

        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {2 * cases.Count}: {string.Join('\n', wrong.Take(20))}");
        Assert.All(seen.Values, count => Assert.InRange(count, 10, cases.Count));
        Assert.Equal(6, seen.Count);
    }

    private static async Task PrepareAsync(ChatApp open, List<Pair> cases)
    {
        var host = open.AsHost();
        foreach (var (name, age) in cases.Select(one => (one.Sender, one.SenderAge)).Distinct())
        {
            await host.SaysAsync(name, age);
        }

        var follows = cases.SelectMany(one =>
            new[] { (From: one.Recipient, To: one.Sender, one.Follows), (From: one.Sender, To: one.Recipient, Follows: one.IsFollowed) })
            .Where(one => one.Follows);
        foreach (var some in follows.Chunk(500))
        {
            await host.Caller.DoAsync(
                "POST",
                "/api/host/relationships",
                new { relationships = some.Select(one => new { from = one.From, to = one.To, follows = true, version = 1 }) });
        }

        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            var (sender, recipient) = (open.As(one.Sender), open.As(one.Recipient));
            await host.SaysAsync(one.Recipient, one.RecipientAge);
            if (one.Audience is { } audience)
            {
                await recipient.AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = audience, whoCanAdd = audience });
            }

            if (one.Besides.StartsWith("talked", StringComparison.Ordinal))
            {
                await sender.SendAsync((await sender.StartDirectAsync(one.Recipient)).ConversationId, "Before");
            }

            if (one.Besides.EndsWith("blocks", StringComparison.Ordinal))
            {
                await recipient.DoAsync("PUT", $"/api/blocks/{one.Sender}");
            }

            await (one.Besides switch
            {
                "is blocked" => sender.DoAsync("PUT", $"/api/blocks/{one.Recipient}"),
                "recipient is banned" => DecideAsync(open, one.Recipient, "ban"),
                _ => Task.CompletedTask,
            });
        });
        foreach (var restricted in cases.Where(one => one.Besides == "sender is restricted").Select(one => one.Sender)
            .Distinct(StringComparer.Ordinal))
        {
            await DecideAsync(open, restricted, "restrict");
        }
    }

    private static async Task DecideAsync(ChatApp app, string user, string action)
    {
        await app.As("reporter")
            .AskAsync("POST", "/api/reports", new { target = new { userId = user }, reason = "spam" }, HttpStatusCode.Accepted);
        var vera = app.AsModerator($"vera-of-{user}");
        var open = await Eventually.SeesAsync(
            async () => (await vera.AskAsync("GET", "/api/moderation/cases?limit=100")).List(
                "cases").Where(one => $"{one}".Contains($"\"{user}\"", StringComparison.Ordinal)).ToList(),
            found => found.Count == 1);
        await vera.DecideAsync($"/api/moderation/cases/{open[0].Text("caseId")}", new { action, ground = "terms", rule = "Spam" });
    }

    private static async Task<string> TryAsync(Person sender, string recipient, bool isAdd)
    {
        using var answer = await Person.PatientlyAsync(() => sender.PostAsync("/api/conversations", isAdd
            ? new { kind = "group", title = "Trip", members = new[] { recipient } }
            : new { kind = "direct", members = new[] { recipient } }));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return json.Text("code")
            ?? (isAdd ? json.Number("memberCount") == 2 ? TrustModel.Open : TrustModel.Request
            : json.At("request") is null ? TrustModel.Open : TrustModel.Request);
    }

    private sealed record Pair(string SenderAge, string RecipientAge, bool Follows, bool IsFollowed, string? Audience, string Besides)
    {
        /// <summary>Whom standings keep from first contact is somebody else than the others of the same age.</summary>
        public string Sender => Besides == "sender is restricted" ? $"restricted-{SenderAge}" : $"sender-{SenderAge}";

        public string Recipient { get; init; } = "";

        public string Expected(bool isAdd)
        {
            var model = new TrustModel();
            model.People["sender"] = new PersonState { Age = SenderAge };
            model.People["recipient"] = new PersonState { Age = RecipientAge, WhoCanMessage = Audience, WhoCanAdd = Audience };
            _ = Follows && model.Follows.Add(TrustModel.Arrow("recipient", "sender"));
            _ = IsFollowed && model.Follows.Add(TrustModel.Arrow("sender", "recipient"));
            var isBlocked = Besides == "is blocked" || Besides.EndsWith("blocks", StringComparison.Ordinal);
            return !isAdd && Besides.StartsWith("talked", StringComparison.Ordinal) ? TrustModel.Open
                : isBlocked || Besides is "sender is restricted" or "recipient is banned" ? TrustModel.Refused
                : model.Contact(isAdd, "sender", "recipient");
        }
    }
}
