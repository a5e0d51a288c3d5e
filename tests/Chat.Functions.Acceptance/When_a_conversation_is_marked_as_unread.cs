using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_conversation_is_marked_as_unread
{
    [Fact]
    public async Task Should_be_so_until_they_read_it_or_write_in_it()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var hello = await bob.SendAsync(conversation, "Hello");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.UnreadCount == 1);
        await alice.MarkReadAsync(conversation, hello.Seq);
        Assert.Equal(new UnreadJson(0, 0, false), await alice.UnreadAsync());

        await alice.MarkUnreadAsync(conversation);
        await alice.MarkUnreadAsync(conversation);
        Assert.Equal((true, 0), await StateAsync(alice));
        Assert.Equal([conversation], await alice.ListedAsync("unread"));
        Assert.Equal(new UnreadJson(1, 0, false), await alice.UnreadAsync());

        // Somebody else's message doesn't end it; reading does, also where the marker was before.
        var more = await bob.SendAsync(conversation, "Hello again");
        await Eventually.SeesAsync(() => StateAsync(alice), seen => seen == (true, 1));
        await alice.MarkReadAsync(conversation, more.Seq);
        Assert.Equal((false, 0), await StateAsync(alice));
        await alice.MarkUnreadAsync(conversation);
        await using var phone = await alice.ListenAsync();
        await alice.MarkReadAsync(conversation, more.Seq);
        Assert.Equal((false, 0), await StateAsync(alice));
        await phone.ReceivesEventAsync(
            "unread.updated",
            told => !told.GetProperty("markedUnread").GetBoolean() && told.GetProperty("unreadCount").GetInt64() == 0);

        await alice.MarkUnreadAsync(conversation);
        await alice.SendAsync(conversation, "Hello to you");
        await Eventually.SeesAsync(() => StateAsync(alice), seen => seen == (false, 0));
        Assert.Equal((false, 1), await Eventually.SeesAsync(() => StateAsync(bob), seen => seen.Unread == 1));

        async Task<(bool Marked, long Unread)> StateAsync(Person person)
        {
            var summary = await person.SummaryAsync(conversation);
            return (summary!.MarkedUnread, summary.UnreadCount);
        }
    }
}
