using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Conversations;

public class HeadTests
{
    /// <summary>Whatever users call themselves and their group: a head that outgrew its bound would take no message any more.</summary>
    [Theory]
    [InlineData(128)]
    [InlineData(40)]
    [InlineData(1)]
    public void Stays_within_its_bound_with_all_that_limits_allow(int idLength)
    {
        var (limits, at) = (new Limits(), new DateTimeOffset(2026, 1, 31, 9, 30, 0, 999, TimeSpan.Zero));
        UserId User(int n) => new(n.ToString("D1", null).PadLeft(idLength, '~'));
        var head = new Head
        {
            ConversationId = ConversationId.New(),
            Kind = ConversationKind.Group,
            Title = string.Concat(Enumerable.Repeat("👩", limits.Title)),
            CreatedBy = User(0),
            CreatedAt = at,
            LastSeq = long.MaxValue,
            MessageCount = long.MaxValue,
            CommitId = OpaqueId.Random(),
            CommittedAt = at,
            LastMessage = new MessagePreview(long.MaxValue, User(1), new string('\u0001', 100), at) { ExpiresAt = at, IsUnsent = true },
            MembersVersion = long.MaxValue,
            JoinedSeq = long.MaxValue,
            LastJoinedAt = at,
            HistoryVisibility = HistoryVisibility.All,
            JoinPolicy = JoinPolicy.Approval,
            MessageTtl = int.MaxValue,
            SlowModeSeconds = 3600,
            ProfileSeq = long.MaxValue,
            MentionAllOrdinal = long.MaxValue,
            MentionAllBy = User(2),
            DeletedAt = at,
        };
        for (var n = 0; n < limits.GroupMembers; n++)
        {
            head = Membership.Joined(head, [new HeadMember(User(n), MemberRole.Member)]);
            Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(head, ChatJson.Default.Head).Length, 1, Head.MaxBytes);

            // What disappears has no preview.
            var ends = Enumerable.Repeat(new DisappearingEnd(long.MaxValue, long.MaxValue), Disappearing.MaxEnds);
            var disappearing =
                head with { LastMessage = head.LastMessage! with { Preview = "" }, Disappearing = new(long.MaxValue, [.. ends]) };
            Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(disappearing, ChatJson.Default.Head).Length, 1, Head.MaxBytes);
        }
    }
}
