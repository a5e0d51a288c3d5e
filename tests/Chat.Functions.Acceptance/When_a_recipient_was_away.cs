using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_recipient_was_away
{
    [Fact]
    public async Task Should_find_everything_page_by_page_in_both_directions()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = new List<MessageJson>();
        for (var n = 0; n < 25; n++)
        {
            sent.Add(await alice.SendAsync(conversation, $"message {n}"));
        }

        var entry = await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.UnreadCount == 25);
        var newest = await bob.MessagesAsync(conversation, "limit=10");
        Assert.Equal(sent[15..], newest.Messages);
        Assert.Equal((sent[15].Seq, entry!.LastSeq, true), (newest.FromSeq, newest.ToSeq, newest.HasMore));

        var older = await bob.MessagesAsync(conversation, $"limit=10&beforeSeq={newest.FromSeq}");
        var oldest = await bob.MessagesAsync(conversation, $"limit=10&beforeSeq={older.FromSeq}");
        Assert.Equal(sent[5..15], older.Messages);
        Assert.Equal(sent[..5], oldest.Messages);
        Assert.Equal((1, older.FromSeq - 1, false), (oldest.FromSeq, oldest.ToSeq, oldest.HasMore));

        var forward = await bob.MessagesAsync(conversation, $"limit=20&afterSeq={sent[4].Seq}");
        Assert.Equal(sent[5..], forward.Messages);
        Assert.Equal((sent[5].Seq, entry.LastSeq, false), (forward.FromSeq, forward.ToSeq, forward.HasMore));
    }

    [Fact]
    public async Task Should_find_every_conversation_newest_activity_first()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        var conversations = new List<string>();
        for (var n = 0; n < 12; n++)
        {
            var sender = app.As($"sender{n:00}");
            conversations.Add((await sender.StartDirectAsync("bob")).ConversationId);
            await sender.SendAsync(conversations[n], $"hello {n}");
            await Eventually.SeesAsync(() => bob.SummaryAsync(conversations[n]), seen => seen?.UnreadCount == 1);
        }

        // An old conversation comes to the top when something happens in it.
        await app.As("sender03").SendAsync(conversations[3], "still there?");
        await Eventually.SeesAsync(
            () => bob.ConversationsAsync("limit=1"),
            page => page.Conversations[0].LastMessage!.Preview == "still there?");

        var seen = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await bob.ConversationsAsync($"limit=5{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            seen.AddRange(page.Conversations.Select(summary => summary.ConversationId));
            continuation = page.Continuation;
        }

        List<string> expected = [conversations[3], .. Enumerable.Reverse(conversations).Where(one => one != conversations[3])];
        Assert.Equal(expected, seen);
    }
}
