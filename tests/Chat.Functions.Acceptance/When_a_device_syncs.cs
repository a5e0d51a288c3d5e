using System.Net.Http.Headers;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_device_syncs
{
    [Fact]
    public async Task Should_get_everything_at_first_and_then_what_changed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversations = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            conversations.Add((await alice.StartDirectAsync($"friend{n}")).ConversationId);
            clock.Jump(TimeSpan.FromMinutes(1));
        }

        await app.HasDeliveredAsync(clock);
        var first = await alice.SyncAsync(null, 3);
        var second = await alice.SyncAsync(first.Cursor, 3);
        Assert.Equal((true, true, false, false), (first.Resnapshot, first.HasMore, second.Resnapshot, second.HasMore));
        Assert.Equal(conversations, first.Items.Concat(second.Items).Select(item => item.ConversationId));
        Assert.Equal(await alice.SummaryAsync(conversations[0]), first.Items[0].Conversation);

        var sent = await app.As("friend2").SendAsync(conversations[2], "Hello");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversations[2]), seen => seen?.LastSeq == sent.Seq);
        var third = await alice.SyncAsync(second.Cursor);
        Assert.Equal((false, false), (third.Resnapshot, third.HasMore));
        var changed = third.Items[^1];
        Assert.Equal(await alice.SummaryAsync(conversations[2]), changed.Conversation);
        Assert.True(changed.Version > first.Items[2].Version);
        Assert.Equal((new PositionsJson(1, sent.Seq), false), (changed.Newest, changed.Limited));

        // What is in there again is only what was stored just before, and it isn't newer.
        Assert.All(third.Items.SkipLast(1), item => Assert.Equal(conversations[4], item.ConversationId));
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromMinutes(1));
        var quiet = await alice.SyncAsync(third.Cursor);
        Assert.Equal([(changed.ConversationId, changed.Version)], quiet.Items.Select(item => (item.ConversationId, item.Version)));
    }

    [Fact]
    public async Task Should_be_told_that_its_user_left_for_as_long_as_cursors_live()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var gone = (await app.As("bob").CreateGroupAsync("Trip", "alice")).ConversationId;
        await Eventually.SeesAsync(() => alice.AllConversationsAsync(), all => all.Count == 1);
        var before = await alice.SyncAsync(null);
        await alice.DoAsync("DELETE", $"/api/conversations/{gone}/members/alice");

        var item = (await Eventually.SeesAsync(() => alice.SyncAsync(before.Cursor), page => page.Items is [{ Left: true }])).Items[0];
        Assert.Equal((gone, null), (item.ConversationId, item.Conversation));
        Assert.True(item.Version > before.Items[0].Version);
        Assert.Empty(await alice.AllConversationsAsync());
        Assert.Empty(await alice.ListedAsync("unread"));
        Assert.Equal(new UnreadJson(0, 0, false), await alice.UnreadAsync());

        var (within, beyond) = (TimeSpan.FromDays(34), TimeSpan.FromDays(2));
        clock.Jump(within);
        Assert.Single((await LaterAsync(app, "alice", "")).Items);
        clock.Jump(beyond);
        Assert.Empty((await LaterAsync(app, "alice", "")).Items);
    }

    [Fact]
    public async Task Should_begin_anew_with_a_cursor_that_is_too_old_or_not_its_own()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var cursor = (await alice.SyncAsync(null)).Cursor;
        Assert.False((await alice.SyncAsync(cursor)).Resnapshot);

        var theirs = await Eventually.SeesAsync(() => bob.SyncAsync(cursor), seen => seen.Items.Count == 1);
        Assert.True(theirs.Resnapshot);
        foreach (var odd in new[]
        {
            "", "nonsense", cursor[1..], cursor + "0", cursor.Replace('.', ','), new string('x', 5000), "....", "\u0000",
        })
        {
            var answer = await alice.SyncAsync(odd);
            Assert.True(answer.Resnapshot, odd);
            Assert.Equal(conversation, Assert.Single(answer.Items).ConversationId);
        }

        // Another life of the store.
        await using var restored = await ChatApp.StartAsync(
            app.Azure,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Sync:StoreEpoch"] = "2" });
        Assert.True((await alice.At(restored).SyncAsync(cursor)).Resnapshot);
        await using (var phone = await alice.At(restored).ListenAsync())
        {
            await alice.At(restored).MarkUnreadAsync(conversation);
            await phone.ReceivesEventAsync("unread.updated");
            Assert.Equal(
                2,
                phone.Events().First(one => one.GetProperty("type").GetString() == "unread.updated").GetProperty("storeEpoch").GetInt32());
        }

        clock.Jump(TimeSpan.FromDays(29));
        var later = await LaterAsync(app, "alice", cursor);
        Assert.False(later.Resnapshot);
        clock.Jump(TimeSpan.FromDays(2));
        Assert.True((await LaterAsync(app, "alice", cursor)).Resnapshot);
        Assert.False((await LaterAsync(app, "alice", later.Cursor)).Resnapshot);
    }

    /// <summary>Syncs with a token that lives as long as the story.</summary>
    private static async Task<SyncJson> LaterAsync(ChatApp app, string user, string cursor)
    {
        using var answer = await Person.PatientlyAsync(() => app.As(user).SendAsync(
            HttpMethod.Get,
            $"/api/sync?cursor={cursor}",
            null,
            request => request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", Tokens.For(user, lifetime: TimeSpan.FromDays(365)))));
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<SyncJson>())!;
    }
}
