using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Muting, pinning, archiving and drafting are a user's own affair: on all their devices, and on nobody else's.</summary>
public class When_somebody_arranges_their_conversations
{
    private static readonly DateTimeOffset FarFuture = DateTimeOffset.Parse(
        "9999-12-31T23:59:59.999Z",
        System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Should_be_the_same_on_all_their_devices_and_nothing_to_others()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is not null);
        await using var alicesPhone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();

        await alice.PreferAsync(conversation, new { pinned = true });
        await alice.PreferAsync(conversation, new { mutedUntil = "9999-12-31T23:59:59.999Z", draft = new { text = "Dear Bob" } });
        var expected = new PreferencesJson(FarFuture, true, false, new DraftJson("Dear Bob"));
        Assert.Equal(expected, (await alice.SummaryAsync(conversation))!.Preferences);
        Assert.Equal(expected, (await alice.ConversationAsync(conversation)).Preferences);
        await alicesPhone.ToldAsync<PreferencesJson>(conversation, "conversation.preferences.updated", told => told == expected);

        // What happens in the conversation leaves them alone.
        await bob.SendAsync(conversation, "Hello");
        await alice.SendAsync(conversation, "Hello yourself");
        Assert.Equal(
            expected,
            (await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.LastSeq == 3))!.Preferences);

        Assert.Equal(
            new PreferencesJson(null, true, false, null),
            await alice.PreferAsync(conversation, new { mutedUntil = (string?)null, draft = (object?)null }));
        Assert.Equal(new PreferencesJson(null, false, false, null), await alice.PreferAsync(conversation, new { pinned = (bool?)null }));
        await bobsPhone.ReceivesAsync(conversation, "Hello yourself");
        Assert.DoesNotContain(
            bobsPhone.Events(),
            one => one.GetProperty("type").GetString()!.Contains("preferences", StringComparison.Ordinal));
        Assert.Equal(new PreferencesJson(null, false, false, null), (await bob.SummaryAsync(conversation))!.Preferences);
    }

    [Fact]
    public async Task Should_tell_their_devices_which_of_two_states_is_the_newer()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "Hello");
        await app.HasDeliveredAsync();
        await using var phone = await alice.ListenAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => alice.PreferAsync(conversation, new { draft = new { text = $"{n}" } })));
        await Task.WhenAll(alice.MarkReadAsync(conversation, 2), alice.MarkUnreadAsync(conversation), alice.ClearAsync(conversation, 1));

        var now = Assert.Single((await alice.SyncAsync(null)).Items);
        var told = (await phone.EventsBeforeNowAsync(alice, conversation)).SkipLast(1).ToList();
        var drafts = told.Where(one => one.GetProperty("type").GetString() == "conversation.preferences.updated")
            .Select(one => one.GetProperty("data"))
            .ToList();
        Assert.Equal(
            now.Conversation!.Preferences.Draft!.Text,
            drafts.MaxBy(data => data.GetProperty("version").GetInt64()).GetProperty("draft").GetProperty("text").GetString());
        var unread = told.Where(one => one.GetProperty("type").GetString() == "unread.updated")
            .Select(one => one.GetProperty("data"))
            .ToList();
        var newest = unread.MaxBy(data => data.GetProperty("version").GetInt64());
        Assert.Equal(
            (now.Version, now.Conversation.UnreadCount, now.Conversation.MarkedUnread, now.Conversation.ClearedSeq),
            (
                newest.GetProperty("version").GetInt64(),
                newest.GetProperty("unreadCount").GetInt64(),
                newest.GetProperty("markedUnread").GetBoolean(),
                newest.GetProperty("clearedSeq").GetInt64()));

        // One instance tells them in their order.
        Assert.All([drafts, unread], states => Assert.Equal(
            states.Select(data => data.GetProperty("version").GetInt64()).Order(),
            states.Select(data => data.GetProperty("version").GetInt64())));
    }

    [Fact]
    public async Task Should_bring_an_archived_conversation_back_with_the_next_message_unless_it_is_muted()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var loud = (await alice.StartDirectAsync("bob")).ConversationId;
        var muted = (await alice.CreateGroupAsync("Muted", "bob")).ConversationId;
        await alice.PreferAsync(loud, new { archived = true });
        await alice.PreferAsync(muted, new { archived = true, mutedUntil = FarFuture });
        Assert.Empty(await alice.ListedAsync());
        Assert.Equal([muted, loud], await alice.ListedAsync("archived"));

        await bob.SendAsync(muted, "to nobody");
        await bob.SendAsync(loud, "to somebody");

        await Eventually.SeesAsync(() => alice.ListedAsync(), seen => seen.SequenceEqual([loud]));
        await Eventually.SeesAsync(() => alice.ListedAsync("unread"), seen => seen.SequenceEqual([loud]));
        Assert.Equal((true, 1), await StateAsync(alice, muted));
        Assert.Equal((false, 1), await StateAsync(alice, loud));
        Assert.Equal(new UnreadJson(1, 1, false), await alice.UnreadAsync());

        // Without the mute it stays where it is, until the next message.
        await alice.PreferAsync(muted, new { mutedUntil = (string?)null });
        Assert.Equal([muted], await alice.ListedAsync("archived"));
        await bob.SendAsync(muted, "to alice");
        await Eventually.SeesAsync(() => alice.ListedAsync(), seen => seen.SequenceEqual([muted, loud]));
        Assert.Equal(new UnreadJson(2, 3, false), await alice.UnreadAsync());
        Assert.Empty(await alice.ListedAsync("archived"));

        // One that came back isn't archived again by muting it.
        await alice.PreferAsync(loud, new { mutedUntil = FarFuture });
        Assert.Equal([muted, loud], await alice.ListedAsync("all"));
        Assert.Equal([muted, loud], await alice.ListedAsync());
        Assert.Equal(new UnreadJson(1, 2, false), await alice.UnreadAsync());
    }

    [Fact]
    public async Task Should_pin_so_many_and_no_more()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:PinnedConversations"] = "2" });
        var alice = app.As("alice");
        var conversations = new List<string>();
        foreach (var other in new[] { "bob", "carol", "dave", "erin" })
        {
            conversations.Add((await alice.StartDirectAsync(other)).ConversationId);
        }

        await alice.PreferAsync(conversations[0], new { pinned = true });
        await alice.PreferAsync(conversations[2], new { pinned = true });
        using var refused = await Person.PatientlyAsync(
            () => alice.TryPreferAsync(conversations[1], new { pinned = true, archived = true }));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("too_many_pinned", problem.GetProperty("code").GetString());
        Assert.Equal(
            (2, "pinnedConversations"),
            (problem.GetProperty("limit").GetProperty("value").GetInt32(), problem.GetProperty("limit").GetProperty("name").GetString()));
        Assert.Equal(Enumerable.Reverse(conversations), await alice.ListedAsync());

        // One that is pinned may be pinned again, and one that isn't any more makes room.
        await alice.PreferAsync(conversations[0], new { pinned = true });
        Assert.Equal([conversations[2], conversations[0]], await alice.ListedAsync("pinned"));
        await alice.PreferAsync(conversations[0], new { pinned = false });
        await alice.PreferAsync(conversations[1], new { pinned = true });
        Assert.Equal([conversations[2], conversations[1]], await alice.ListedAsync("pinned"));
    }

    [Fact]
    public async Task Should_find_them_page_by_page_under_every_filter()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversations = new List<string>();
        for (var n = 0; n < 12; n++)
        {
            conversations.Insert(0, (await alice.StartDirectAsync($"friend{n}")).ConversationId);
            await alice.PreferAsync(conversations[0], new { archived = n % 2 == 0, pinned = n % 3 == 0 });
        }

        Assert.Equal(conversations.Where((_, index) => index % 2 == 0), await AllAsync(""));
        Assert.Equal(conversations.Where((_, index) => index % 2 == 1), await AllAsync("archived"));
        Assert.Equal([conversations[2], conversations[8]], await AllAsync("pinned"));
        Assert.Equal(conversations, await AllAsync("all"));
        Assert.Empty(await AllAsync("unread"));

        async Task<List<string>> AllAsync(string filter)
        {
            var seen = new List<string>();
            for (string? continuation = ""; continuation is not null;)
            {
                var page = await alice.ConversationsAsync(
                    $"limit=2{(filter.Length > 0 ? $"&filter={filter}" : "")}"
                        + (continuation.Length > 0 ? $"&continuation={continuation}" : ""));
                Assert.InRange(page.Conversations.Count, 0, 2);
                seen.AddRange(page.Conversations.Select(summary => summary.ConversationId));
                continuation = page.Continuation;
            }

            return seen;
        }
    }

    private static async Task<(bool Archived, long Unread)> StateAsync(Person person, string conversation)
    {
        var seen = await person.ConversationAsync(conversation);
        return (seen.Preferences.Archived, seen.UnreadCount);
    }
}
