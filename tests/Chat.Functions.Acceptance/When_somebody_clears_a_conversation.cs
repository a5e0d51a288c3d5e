using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What somebody clears is gone for them and there for the others.</summary>
public class When_somebody_clears_a_conversation
{
    [Fact]
    public async Task Should_hide_everything_up_to_there_from_them_alone()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.CreateGroupAsync("Talk", "bob", "carol")).ConversationId;
        var sent = new List<MessageJson>();
        for (var n = 0; n < 6; n++)
        {
            sent.Add(await alice.SendAsync(conversation, $"message {n}"));
        }

        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.UnreadCount == 6);
        await using var bobsPhone = await bob.ListenAsync();
        await bob.ClearAsync(conversation, sent[3].Seq);

        Assert.Equal(sent[4..], await bob.HistoryAsync(conversation));
        Assert.Equal(sent, await alice.HistoryAsync(conversation));
        var summary = await bob.SummaryAsync(conversation);
        Assert.Equal((2, sent[3].Seq, "message 5"), (summary!.UnreadCount, summary.ClearedSeq, summary.LastMessage!.Preview));
        await bobsPhone.ToldAsync<UnreadTold>(conversation, "unread.updated", told => told == new UnreadTold(2, false, sent[3].Seq));

        // A page says that what was cleared is no hole.
        var forward = await bob.MessagesAsync(conversation, "afterSeq=0&limit=1");
        Assert.Equal((1, sent[4].Seq, true), (forward.FromSeq, forward.ToSeq, forward.HasMore));
        var backward = await bob.MessagesAsync(conversation, $"beforeSeq={sent[5].Seq}");
        Assert.Equal((1, sent[4].Seq, false), (backward.FromSeq, backward.ToSeq, backward.HasMore));
        Assert.Equal([sent[4]], backward.Messages);
    }

    [Fact]
    public async Task Should_only_rise_and_leave_nothing_in_the_list_until_somebody_writes_again()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "one");
        var two = await bob.SendAsync(conversation, "two");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.UnreadCount == 2);

        await alice.ClearAsync(conversation, two.Seq);
        await alice.ClearAsync(conversation, 1);
        await alice.ClearAsync(conversation, two.Seq);

        Assert.Empty(await alice.HistoryAsync(conversation));
        var cleared = await alice.SummaryAsync(conversation);
        Assert.Equal((0, null, two.Seq), (cleared!.UnreadCount, cleared.LastMessage, cleared.ClearedSeq));
        Assert.Equal(
            (0, two.Seq),
            ((await alice.ConversationAsync(conversation)).UnreadCount, (await alice.ConversationAsync(conversation)).ClearedSeq));

        var three = await bob.SendAsync(conversation, "three");
        await Eventually.SeesAsync(
            () => alice.SummaryAsync(conversation),
            seen => seen is { UnreadCount: 1, LastMessage.Preview: "three" });
        Assert.Equal([three], await alice.HistoryAsync(conversation));
        await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{conversation}/clear", HttpStatusCode.BadRequest, new { seq = three.Seq + 1 });
    }

    [Fact]
    public async Task Should_be_seen_with_its_session_through_another_instance()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        app.Azure.Cosmos.LagReads("chat", "conversations", 5);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        for (var n = 0; n < 10; n++)
        {
            var sent = await alice.SendAsync(conversation, "Hello");
            using var cleared = await Person.PatientlyAsync(
                () => alice.PostAsync($"/api/conversations/{conversation}/clear", new { seq = sent.Seq }));
            var session = Assert.Single(cleared.Headers.GetValues("Chat-Session"));

            using var page = await Person.PatientlyAsync(() => alice.At(other).SendAsync(
                HttpMethod.Get,
                $"/api/conversations/{conversation}/messages",
                null,
                request => request.Headers.Add("Chat-Session", session)));
            Assert.DoesNotContain("Hello", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private sealed record UnreadTold(long UnreadCount, bool MarkedUnread, long ClearedSeq);
}
