using Chat.Admin.Inbox;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Admin;

public class EvidenceTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ConversationId Conversation = new("aaaaaaaaaaaaaaaaaaaaaa");
    private static readonly UserId Bob = new("bob");

    private static readonly Gen<InboxEntry> Entries =
        from numbers in Gen.Choose(0, 20).ArrayOf(10)
        from isLeft in Gen.Elements(true, false)
        from isPinned in Gen.Elements(true, false)
        select new InboxEntry
        {
            UserId = Bob,
            ConversationId = Conversation,
            Kind = ConversationKind.Group,
            Title = "Stored",
            Activity = isLeft ? null : $"2025-01-01T00:00:00.000Z|{Conversation}",
            LastSeq = numbers[0],
            LastOrdinal = numbers[1],
            JoinedSeq = numbers[9] / 5,
            JoinedOrdinal = numbers[2],
            ReadOrdinal = numbers[3],
            ClearedSeq = numbers[4],
            ClearedOrdinal = numbers[5],
            MentionedOrdinal = numbers[6],
            HiddenSeq = numbers[7],
            ProfileSeq = numbers[8],
            Pinned = isPinned,
            MarkedUnreadOrdinal = isPinned ? 30 : null,
            MutedUntil = isLeft ? Then : null,
            Draft = new Draft("Perhaps"),
            PushUntil = 7,
        };

    private static readonly Gen<Evidence> Evidences =
        from numbers in Gen.Choose(0, 20).ArrayOf(7)
        from state in Gen.Elements(Enum.GetValues<MemberState>())
        from isDeleted in Gen.Elements(true, false, false)
        let head = new Head
        {
            ConversationId = Conversation,
            Kind = ConversationKind.Group,
            Title = "Now",
            CreatedBy = Bob,
            CreatedAt = Then,
            LastSeq = numbers[0] + 1,
            MessageCount = numbers[1],
            ProfileSeq = numbers[2],
            LastMessage = numbers[0] > 2 ? new MessagePreview(numbers[0], Bob, "Hello", Then) : null,
            DeletedAt = isDeleted ? Then : null,
        }
        let member = new Member
        {
            ConversationId = Conversation,
            UserId = Bob,
            Role = MemberRole.Member,
            State = state,
            JoinedSeq = numbers[3] / 5,
            JoinedOrdinal = numbers[3] / 6,
            ReadOrdinal = numbers[4],
            ClearedSeq = numbers[5],
        }
        let profile = numbers[2] == 0
            ? null
            : new GroupProfile { ConversationId = Conversation, UpdatedSeq = numbers[2], AvatarUrl = "https://example.org/a.png" }
        select new Evidence(head, member, profile, [], numbers[6]);

    [Fact]
    public void Lowers_no_mark_and_keeps_what_the_user_set_since_they_joined() => ForAll((evidence, stored) =>
    {
        var rebuilt = evidence.Rebuild(stored)!;
        return rebuilt.LastSeq >= stored.LastSeq
            && rebuilt.LastOrdinal >= stored.LastOrdinal
            && rebuilt.ReadOrdinal >= stored.ReadOrdinal
            && rebuilt.MentionedOrdinal >= stored.MentionedOrdinal
            && rebuilt.ClearedSeq >= stored.ClearedSeq
            && rebuilt.ClearedOrdinal >= stored.ClearedOrdinal
            && rebuilt.HiddenSeq >= stored.HiddenSeq
            && rebuilt.ProfileSeq >= stored.ProfileSeq
            && rebuilt.PushUntil == stored.PushUntil
            && (Own(rebuilt) == Own(stored)
                || (Own(rebuilt) == default && (rebuilt.IsTombstone || !stored.IsSince(evidence.Member.JoinedSeq))));

        static (bool, bool, Draft?, DateTimeOffset?, long?) Own(InboxEntry entry) =>
            (entry.Pinned, entry.MarkedUnread, entry.Draft, entry.MutedUntil, entry.ArchivedOrdinal);
    });

    [Fact]
    public void Changes_nothing_the_second_time() => ForAll((evidence, stored) =>
        evidence.Rebuild(evidence.Rebuild(stored)) == evidence.Rebuild(stored)
            && evidence.Rebuild(evidence.Rebuild(null)) == evidence.Rebuild(null));

    [Fact]
    public void Leaves_a_list_that_is_newer_than_the_head() => ForAll((evidence, stored) =>
        evidence.Rebuild(stored) is not { } rebuilt
            || stored.LastSeq <= evidence.Head.LastSeq
            || evidence.Member.State != MemberState.Active
        || (rebuilt.LastSeq, rebuilt.Activity, rebuilt.LastMessage) == (stored.LastSeq, stored.Activity, stored.LastMessage));

    [Fact]
    public void Lists_a_conversation_for_those_who_are_in_and_for_nobody_else() =>
        Prop.ForAll(Evidences.ToArbitrary(), evidence => (evidence.Rebuild(null), evidence.Member) switch
        {
            (null, { JoinedSeq: 0 }) => true,
            (null, { State: not MemberState.Active }) => evidence.LeftSeq == 0,
            ({ IsTombstone: true } trace, { State: MemberState.Active }) =>
                evidence.Head.DeletedAt is not null && trace.LastSeq == evidence.Head.LastSeq,
            ({ IsTombstone: true } trace, _) =>
                trace.LastSeq == evidence.LeftSeq && trace.LastMessage is null && (evidence.Profile is null || trace.Title is null),
            ({ } listed, { State: MemberState.Active }) =>
                listed.LastMessage == evidence.Head.LastMessage && listed.ProfileSeq == evidence.Head.ProfileSeq,
            _ => false,
        }).QuickCheckThrowOnFailure();

    private static void ForAll(Func<Evidence, InboxEntry, bool> holds) =>
        Prop.ForAll(Evidences.ToArbitrary(), Entries.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
