using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Scheduled;

public class ScheduledMessageTests
{
    private static readonly ConversationId Conversation = ConversationId.New();
    private static readonly UserId User = new("alice");

    [Theory]
    [InlineData(5L, 5, true)]
    [InlineData(5L, 9, false)]
    [InlineData(9L, 5, true)] // The member was read from a replica that lags.
    [InlineData(null, 5, true)]
    public void Ends_with_the_membership_in_which_it_was_scheduled(long? scheduledIn, long joined, bool isOf)
    {
        var scheduled = new ScheduledMessage
        {
            ConversationId = Conversation,
            MessageId = MessageId.For(Conversation, User, "1"),
            SenderId = User,
            ClientMessageId = "1",
            Content = new MessageContent { Text = "Hello" },
            DueAt = DateTimeOffset.UnixEpoch,
            JoinedSeq = scheduledIn,
        };
        var member = new Member
        {
            ConversationId = Conversation,
            UserId = User,
            Role = MemberRole.Member,
            State = MemberState.Active,
            JoinedSeq = joined,
            JoinedOrdinal = 0,
        };

        Assert.Equal(isOf, scheduled.IsOf(member));
    }
}
