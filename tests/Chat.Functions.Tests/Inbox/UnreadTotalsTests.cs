using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Inbox;

public class UnreadTotalsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void Counts_what_is_unread_and_neither_muted_nor_archived()
    {
        var totals = UnreadTotals.Of(
            [
                Entry(),
                Entry() with { ReadOrdinal = 7 },
                Entry() with { ReadOrdinal = 10 },
                Entry() with { ReadOrdinal = 10, MarkedUnreadOrdinal = 10 },
                Entry() with { MutedUntil = Now.AddSeconds(1) },
                Entry() with { MutedUntil = Now },
                Entry() with { ArchivedOrdinal = 10 },
                Entry() with { ArchivedOrdinal = 9 },
            ],
            Now);

        Assert.Equal(new UnreadTotals(5, 10 + 3 + 0 + 10 + 10, false), totals);
    }

    [Fact]
    public void Counts_a_thousand_conversations_and_says_that_there_are_more()
    {
        Assert.Equal(new UnreadTotals(1000, 10_000, false), UnreadTotals.Of([.. Enumerable.Repeat(Entry(), 1000)], Now));
        Assert.Equal(new UnreadTotals(1000, 10_000, true), UnreadTotals.Of([.. Enumerable.Repeat(Entry(), 1001)], Now));
    }

    private static InboxEntry Entry() => new()
    {
        UserId = new UserId("alice"),
        ConversationId = new ConversationId("c"),
        Kind = ConversationKind.Direct,
        Activity = "",
        LastOrdinal = 10,
    };
}
