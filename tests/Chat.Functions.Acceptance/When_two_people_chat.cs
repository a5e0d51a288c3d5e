using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_two_people_chat
{
    [Fact]
    public async Task Should_show_each_what_the_other_writes()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await using var alicesPhone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();

        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await Eventually.HoldsAsync(
            bobsPhone.Events,
            all => all.Exists(one => one.GetProperty("type").GetString() == "conversation.created"));

        var hello = await alice.SendAsync(conversation, "Hello Bob");
        Assert.Equal(hello, await bobsPhone.ReceivesAsync(conversation, "Hello Bob"));
        Assert.Equal(hello, await alicesPhone.ReceivesAsync(conversation, "Hello Bob"));
        Assert.Equal((2, 1, "alice", "text"), (hello.Seq, hello.Ordinal, hello.SenderId, hello.Kind));

        var answer = await bob.SendAsync(conversation, "Hello Alice");
        Assert.Equal(answer, await alicesPhone.ReceivesAsync(conversation, "Hello Alice"));
        Assert.Equal([hello, answer], await alice.HistoryAsync(conversation));
        Assert.Equal([hello, answer], await bob.HistoryAsync(conversation));
    }

    [Fact]
    public async Task Should_count_what_is_unread_and_stop_counting_what_is_read()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "one");
        var two = await alice.SendAsync(conversation, "two");

        var entry = await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastSeq == two.Seq);
        Assert.Equal((2, "direct", "alice", null), (entry!.UnreadCount, entry.Kind, entry.Peer, entry.Title));
        Assert.Equal(new PreviewJson(two.Seq, "alice", "two", two.At), entry.LastMessage);
        Assert.Equal(2, (await bob.ConversationAsync(conversation)).UnreadCount);

        await bob.MarkReadAsync(conversation, two.Seq - 1);
        Assert.Equal(1, (await bob.SummaryAsync(conversation))!.UnreadCount);
        await bob.MarkReadAsync(conversation, two.Seq);
        Assert.Equal(0, (await bob.SummaryAsync(conversation))!.UnreadCount);
        await bob.MarkReadAsync(conversation, 1);
        Assert.Equal(0, (await bob.ConversationAsync(conversation)).UnreadCount);
    }

    [Fact]
    public async Task Should_not_count_ones_own_messages_as_unread()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "from bob");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.UnreadCount == 1);

        var own = await alice.SendAsync(conversation, "from alice");

        var entry = await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.LastSeq == own.Seq);
        Assert.Equal(0, entry!.UnreadCount);
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 1, LastSeq: 3 });
    }

    [Fact]
    public async Task Should_be_one_conversation_whoever_starts_it_and_however_often()
    {
        await using var app = await ChatApp.StartAsync();
        var starts = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(n => n % 2 == 0 ? app.As("alice").StartDirectAsync("bob") : app.As("bob").StartDirectAsync("alice")));

        var conversation = Assert.Single(starts.Select(start => start.ConversationId).Distinct());
        using var again = await Person.PatientlyAsync(() => app.As("bob").PostAsync(
            "/api/conversations",
            new { kind = "direct", members = new[] { "alice", "alice", "bob" } }));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1, (await app.As("alice").ConversationAsync(conversation)).LastSeq);
    }
}
