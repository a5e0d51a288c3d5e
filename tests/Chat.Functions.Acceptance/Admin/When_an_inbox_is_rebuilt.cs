using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance.Admin;

public class When_an_inbox_is_rebuilt
{
    private static readonly string[] People = ["alice", "bob", "carol", "dave", "erin"];

    /// <summary>Cosmos DB's own, and what a write always changes.</summary>
    private static readonly string[] OfTheStore = ["_rid", "_self", "_etag", "_attachments", "_ts", "version"];

    [Fact]
    public async Task Should_change_nothing_where_nothing_is_lost()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        await LiveAsync(app);

        foreach (var user in People)
        {
            Assert.Equal("", await admin.RunAsync("inbox", "rebuild", user));
        }
    }

    [Fact]
    public async Task Should_create_what_is_missing_as_it_was()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        await LiveAsync(app);
        foreach (var user in People)
        {
            var person = app.As(user);
            var (before, cursor) = (await DocumentsAsync(app, user), (await person.SyncAsync(null)).Cursor);
            foreach (var entry in before)
            {
                using var deleted = await Users(app).DeleteItemStreamAsync(entry["id"]!.ToString(), new PartitionKey(user));
                deleted.EnsureSuccessStatusCode();
            }

            var wouldBe = await admin.RunAsync("inbox", "rebuild", user, "--dry-run");
            Assert.All(before, entry => Assert.Contains($"{entry["conversationId"]} created: ", wouldBe, StringComparison.Ordinal));
            Assert.DoesNotContain("Hello", wouldBe, StringComparison.Ordinal);
            Assert.Empty(await DocumentsAsync(app, user));

            Assert.Equal(wouldBe, await admin.RunAsync("inbox", "rebuild", user));

            // What users set for themselves is nowhere else, nor is until when they are in push groups; 0 lets the next negotiate renew
            // that. What somebody deleted for themselves unread counts again, until they have read it.
            var after = await DocumentsAsync(app, user);
            string[] lost = ["pinned", "draft", "pushUntil", "hiddenOrdinals"];
            Assert.Equal(before.SelectMany(entry => Seen(entry, lost)), after.SelectMany(entry => Seen(entry, lost)));
            Assert.DoesNotContain(after, entry => entry["activity"] is null && $"{entry["title"]}" == "Journey");

            // Devices go by the version that they had of what was lost.
            var versions = before.ToDictionary(
                entry => $"{entry["conversationId"]}",
                entry => entry["version"]!.GetValue<long>(),
                StringComparer.Ordinal);
            var told = (await person.SyncAsync(cursor)).Items;
            Assert.Equal(
                versions.Keys.Order(StringComparer.Ordinal),
                told.Select(item => item.ConversationId).Order(StringComparer.Ordinal));
            Assert.All(told, item => Assert.True(versions[item.ConversationId] < item.Version));
            Assert.Equal("", await admin.RunAsync("inbox", "rebuild", user));
        }
    }

    [Fact]
    public async Task Should_raise_what_is_behind_and_leave_what_the_user_set()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        await LiveAsync(app);
        foreach (var user in People)
        {
            var before = await DocumentsAsync(app, user);
            foreach (var entry in before)
            {
                var damaged = entry.DeepClone();
                foreach (var name in new[] { "readOrdinal", "mentionedOrdinal", "clearedSeq", "clearedOrdinal", "hiddenSeq" })
                {
                    damaged[name] = 0;
                }

                damaged["last"] = JsonSerializer.SerializeToNode(new { seq = 0, ordinal = 0, memberCount = 9 });
                damaged["activity"] = $"2020-01-01T00:00:00.000Z|{entry["conversationId"]}";
                if (entry["aboutSeq"]!.GetValue<long>() > 0)
                {
                    (damaged["aboutSeq"], damaged["title"], damaged["avatarUrl"]) = (0, "Old", null);
                }

                await ReplaceAsync(app, user, damaged);
            }

            var told = await admin.RunAsync("inbox", "rebuild", user);

            Assert.All(before, entry => Assert.Contains($"{entry["conversationId"]} changed: ", told, StringComparison.Ordinal));
            Assert.Equal(before.SelectMany(entry => Seen(entry)), (await DocumentsAsync(app, user)).SelectMany(entry => Seen(entry)));
        }
    }

    [Fact]
    public async Task Should_keep_what_the_user_sets_meanwhile()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "Hello");
        await app.HasDeliveredAsync();
        var entry = Assert.Single(await DocumentsAsync(app, "bob"));
        entry["last"]!["ordinal"] = 0;
        await ReplaceAsync(app, "bob", entry);

        using (app.Azure.Faults.Add(new Fault("cosmos", "replace", FaultKind.Delay)
        {
            Times = 1,
            Strike = _ => bob.PreferAsync(conversation, new { draft = new { text = "Perhaps" } }),
        }))
        {
            await admin.RunAsync("inbox", "rebuild", "bob");
        }

        var summary = await bob.SummaryAsync(conversation);
        Assert.Equal((1, "Perhaps"), (summary!.UnreadCount, summary.Preferences.Draft?.Text));
    }

    [Fact]
    public async Task Should_not_get_in_the_way_of_delivery()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        var sending = Task.Run(async () =>
        {
            for (var n = 1; n <= 40; n++)
            {
                await alice.SendAsync(conversation, $"{n}");
            }
        });
        while (!sending.IsCompleted)
        {
            await admin.RunAsync("inbox", "rebuild", "bob");
        }

        await sending;
        await app.HasDeliveredAsync();
        var summary = await bob.SummaryAsync(conversation);
        Assert.Equal((41, 40, "40"), (summary!.LastSeq, summary.UnreadCount, summary.LastMessage!.Preview));
        Assert.Equal("", await admin.RunAsync("inbox", "rebuild", "bob"));
    }

    [Fact]
    public async Task Should_show_the_list_as_it_is_stored_but_nothing_that_they_wrote()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var conversations = await LiveAsync(app);

        var table = await admin.RunAsync("inbox", "show", "bob");
        var json = await admin.ReadAsync("inbox", "show", "bob");
        Assert.All(conversations, conversation => Assert.Contains(conversation, table, StringComparison.Ordinal));
        Assert.Equal(
            conversations.Order(StringComparer.Ordinal),
            json.EnumerateArray().Select(entry => entry.Text("conversationId")!).Order(StringComparer.Ordinal));
        foreach (var secret in new[] { "Hello", "Journey", "Perhaps" })
        {
            Assert.DoesNotContain(secret, $"{table}{json}", StringComparison.Ordinal);
            Assert.Contains(secret, $"{await admin.ReadAsync("inbox", "show", "bob", "--content")}", StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// People do what moves lists and what doesn't: write, mention, read, clear, delete for themselves, arrange, rename, join, leave, come
    /// back, are turned away, react at the end.
    /// </summary>
    /// <returns>Bob's conversations.</returns>
    private static async Task<IReadOnlyList<string>> LiveAsync(ChatApp app)
    {
        var (alice, bob, carol, dave, erin) = (app.As("alice"), app.As("bob"), app.As("carol"), app.As("dave"), app.As("erin"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(direct, "Hello");
        await bob.SendAsync(direct, "Hello alice");
        var last = await alice.SendAsync(direct, "Hello again");
        await bob.PreferAsync(direct, new { pinned = true, draft = new { text = "Perhaps" } });

        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol", "dave")).ConversationId;
        await alice.SayAsync(group, new { text = "@bob Hello", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } });
        await bob.SendAsync(group, "Hello all");
        await dave.MarkReadAsync(group, 3);
        await carol.DoAsync("DELETE", $"/api/conversations/{group}/members/carol");
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { title = "Journey", avatarUrl = "https://example.org/j.png" });
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "erin" } });
        await dave.DoAsync("DELETE", $"/api/conversations/{group}/members/dave");
        await alice.SendAsync(group, "Hello erin");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
        var hidden = await erin.SendAsync(group, "Hello, and sorry");
        await erin.DoAsync("DELETE", $"/api/conversations/{group}/messages/{hidden.MessageId}?scope=me");
        await bob.ClearAsync(group, 3);

        var ended = (await alice.CreateGroupAsync("Party", "bob")).ConversationId;
        await bob.SendAsync(ended, "Hello party");
        await alice.DoAsync("DELETE", $"/api/conversations/{ended}");

        // Lists don't show who reacts.
        await bob.AskAsync("PUT", $"/api/conversations/{direct}/messages/{last.MessageId}/reactions/{Uri.EscapeDataString("👍")}");
        foreach (var conversation in new[] { direct, group, ended })
        {
            await app.HasDeliveredAsync();
        }

        return [direct, group, ended];
    }

    private static Container Users(ChatApp app) => app.Services.GetRequiredService<ChatContainers>().Users;

    private static async Task ReplaceAsync(ChatApp app, string user, JsonNode entry)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(entry.ToJsonString()));
        using var replaced = await Users(app).ReplaceItemStreamAsync(body, entry["id"]!.ToString(), new PartitionKey(user));
        replaced.EnsureSuccessStatusCode();
    }

    private static async Task<List<JsonObject>> DocumentsAsync(ChatApp app, string user)
    {
        using var pages = Users(app).GetItemQueryStreamIterator(
            "SELECT * FROM c WHERE c.type = 'inbox' ORDER BY c.id",
            requestOptions: new() { PartitionKey = new PartitionKey(user) });
        var documents = new List<JsonObject>();
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            documents.AddRange(
                JsonNode.Parse(page.EnsureSuccessStatusCode().Content)!["Documents"]!.AsArray().Select(document => document!.AsObject()));
        }

        return documents;
    }

    /// <summary>All of an entry that somebody sees anything of; of one that its user has left, that they did, and by which entry.</summary>
    private static IEnumerable<string> Seen(JsonObject entry, params string[] except) =>
        entry["activity"] is null
            ? [$"{entry["conversationId"]} left {entry["last"]!["seq"]}"]
            : entry
                .Where(member => member.Value is not null && !OfTheStore.Contains(member.Key) && !except.Contains(member.Key)
                    && $"{member.Key} {member.Value}" != "pinned false")
                .Select(member => $"{entry["conversationId"]} {member.Key} {member.Value?.ToJsonString()}")
                .Order(StringComparer.Ordinal);
}
