using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What an earlier version stored lacks what was added since. It goes on all the same.</summary>
public class When_documents_are_older_than_the_app
{
    [Fact]
    public async Task Should_send_what_was_scheduled_before_memberships_were_noted()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{conversation}/scheduled";
        var body = new { clientMessageId = "1", text = "Good morning", dueAt = clock.GetUtcNow() + TimeSpan.FromMinutes(2) };
        var scheduled = await alice.AskAsync("POST", path, body, HttpStatusCode.Created);
        var containers = app.Services.GetRequiredService<ChatContainers>();
        var id = $"s:alice:{scheduled.GetProperty("scheduledId").GetString()}";
        await containers.Conversations.PatchItemAsync<JsonElement>(
            id,
            new PartitionKey(conversation),
            [PatchOperation.Remove("/joinedSeq")]);

        // It is listed and repeated as any other, and is sent.
        Assert.Single((await alice.AskAsync("GET", path)).GetProperty("scheduled").EnumerateArray());
        await alice.AskAsync("POST", path, body);
        clock.Jump(TimeSpan.FromMinutes(3));

        await Eventually.SeesAsync(clock, () => app.As("bob").HistoryAsync(conversation), all => all is [{ Text: "Good morning" }]);
        await Eventually.SeesAsync(clock, () => alice.AskAsync("GET", path), all => all.GetProperty("scheduled").GetArrayLength() == 0);
    }

    [Fact]
    public async Task Should_let_in_by_a_used_up_link_who_asked_before_it_was_noted_by_which()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { joinPolicy = "approval" });
        var made = await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { maxUses = 1 }, HttpStatusCode.Created);
        var join = $"/api/invites/{made.GetProperty("code").GetString()}/join";
        await dave.AskAsync("POST", join, null, HttpStatusCode.Accepted);
        var containers = app.Services.GetRequiredService<ChatContainers>();
        await containers.Conversations.PatchItemAsync<JsonElement>(
            "u:dave",
            new PartitionKey(group),
            [PatchOperation.Remove("/requestedLink")]);
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { joinPolicy = "open" });

        await dave.AskAsync("POST", join);

        var links = (await alice.AskAsync("GET", $"/api/conversations/{group}/invite-links")).GetProperty("inviteLinks").EnumerateArray();
        Assert.DoesNotContain(links, link => link.GetProperty("uses").GetInt32() > 1);
    }

    [Fact]
    public async Task Should_keep_what_somebody_had_set_and_let_them_set_more()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var sent = await alice.SendAsync(group, "Hello");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 1 });
        await bob.PreferAsync(group, new { pinned = true });
        var users = app.Services.GetRequiredService<ChatContainers>().Users;
        await users.PatchItemAsync<JsonElement>($"inbox:{group}", new PartitionKey("bob"), [PatchOperation.Remove("/joinedSeq")]);

        await bob.PreferAsync(group, new { draft = new { text = "Perhaps" } });
        await bob.DoAsync("DELETE", $"/api/conversations/{group}/messages/{sent.MessageId}?scope=me");
        await bob.MarkUnreadAsync(group);

        Assert.Equal((true, "Perhaps", true, 0), await SeenAsync());

        // Who leaves and comes back begins as anybody does.
        await bob.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        await Eventually.SeesAsync(SeenAsync, seen => seen == (false, null, false, 0));

        async Task<(bool Pinned, string? Draft, bool MarkedUnread, long Unread)> SeenAsync() =>
            await bob.SummaryAsync(group) is { } seen
                ? (seen.Preferences.Pinned, seen.Preferences.Draft?.Text, seen.MarkedUnread, seen.UnreadCount)
                : default;
    }
}
