using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Conversations;

public class ChangePreferencesRequestTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void Leaves_alone_what_is_absent_and_clears_what_is_null()
    {
        var entry = Entry() with { MutedUntil = Now.AddDays(1), Pinned = true, ArchivedOrdinal = 12, Draft = new Draft("Dear Bob") };

        Assert.Equal(entry, new ChangePreferencesRequest().ApplyTo(entry, 12, Now));
        var cleared = new ChangePreferencesRequest
        {
            MutedUntil = new(true, null),
            Pinned = new(true, false),
            Archived = new(true, false),
            Draft = new(true, null),
        };
        Assert.Equal(Entry(), cleared.ApplyTo(entry, 12, Now));
    }

    [Theory]
    [InlineData(null, 12)] // Not muted: what is there now stays in the archive, the next message doesn't.
    [InlineData(-1, 12)] // The mute is over.
    [InlineData(1, ChangePreferencesRequest.Forever)]
    public void Archives_up_to_the_newest_message_or_for_good_when_muted(int? mutedForHours, long archived)
    {
        var muted = mutedForHours is { } hours ? Now.AddHours(hours) : (DateTimeOffset?)null;
        Assert.Equal(archived, (Archive(true) with { MutedUntil = new(true, muted) }).ApplyTo(Entry(), 12, Now).ArchivedOrdinal);
        Assert.Equal(archived, Archive(true).ApplyTo(Entry() with { MutedUntil = muted }, 12, Now).ArchivedOrdinal);
        Assert.Equal(archived, new ChangePreferencesRequest { MutedUntil = new(true, muted) }.ApplyTo(
            Entry() with { ArchivedOrdinal = ChangePreferencesRequest.Forever }, 12, Now).ArchivedOrdinal);
    }

    [Fact]
    public void Does_not_archive_again_what_came_back()
    {
        var back = Entry() with { ArchivedOrdinal = 9 };
        Assert.False(back.IsArchived);
        Assert.Null(new ChangePreferencesRequest { MutedUntil = new(true, Now.AddDays(1)) }.ApplyTo(back, 12, Now).ArchivedOrdinal);
    }

    private static ChangePreferencesRequest Archive(bool archived) => new() { Archived = new Merge<bool>(true, archived) };

    private static InboxEntry Entry() => new()
    {
        UserId = new UserId("alice"),
        ConversationId = new ConversationId("c"),
        Kind = ConversationKind.Direct,
        Activity = "",
        LastOrdinal = 10,
    };
}
