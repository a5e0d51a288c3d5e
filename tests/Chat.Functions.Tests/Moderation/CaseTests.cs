using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Moderation;
using Chat.Functions.Reports;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Moderation;

public class CaseTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    private static readonly CaseTarget Target = new() { Kind = TargetKind.User, UserId = new("mallory") };

    [Fact]
    public void Should_only_grow_more_urgent_while_it_waits()
    {
        var random = new Random(1);
        Case? before = null;
        for (var n = 0; n < 500; n++)
        {
            var reason = random.GetItems(Enum.GetValues<ReportReason>(), 1)[0];
            var at = Now.AddMinutes(n);
            var after = Case.After(before, Target, reason, isNewReporter: random.Next(2) == 0, at);
            Assert.Equal((CaseState.Open, n + 1, n + 1), (after.State, after.Reports, after.Version));
            Assert.True(after.DueAt <= at + reason.Due() && after.Severity >= reason.SeverityOf());
            Assert.True(
                before is null || (after.DueAt <= before.DueAt && after.Severity >= before.Severity && after.OpenedAt == before.OpenedAt));
            before = after;
        }
    }

    [Fact]
    public void Should_begin_anew_by_what_is_reported_after_a_decision()
    {
        var decided = Case.After(null, Target, ReportReason.Csam, true, Now).AfterDecision(new("d"));
        Assert.Equal((CaseState.Decided, null), (decided.State, decided.ClaimedBy));
        var again = Case.After(decided, Target, ReportReason.Spam, false, Now.AddDays(1));
        Assert.Equal((CaseState.Open, Severity.Low, Now.AddDays(8), 2, 1), (
            again.State, again.Severity, again.DueAt, again.Reports, again.Reporters));
        Assert.Equal(
            (CaseState.Open, true, Severity.Critical),
            (decided.AfterAppeal(Now) is var appealed ? (appealed.State, appealed.IsAppeal, appealed.Severity) : default));
    }

    [Fact]
    public void Should_be_claimed_by_one_until_the_lease_is_over()
    {
        var (vera, walter) = (new UserId("vera"), new UserId("walter"));
        var open = Case.After(null, Target, ReportReason.Spam, true, Now);
        var claimed = open.ClaimedFor(vera, Now).Claimed!;
        Assert.Equal(Problems.CaseClaimed, claimed.ClaimedFor(walter, Now + Case.Lease - TimeSpan.FromTicks(1)).Refusal);
        Assert.Equal(Now.AddMinutes(20), claimed.ClaimedFor(vera, Now.AddMinutes(5)).Claimed!.ClaimedUntil);
        Assert.Equal(walter, claimed.ClaimedFor(walter, Now + Case.Lease).Claimed!.ClaimedBy);
        Assert.Equal(Problems.CaseDecided, claimed.AfterDecision(new("d")).ClaimedFor(vera, Now).Refusal);
    }

    [Fact]
    public void Should_stay_as_it_was_seen_when_it_is_claimed_and_be_out_of_reach_for_whom_it_is_about()
    {
        var open = Case.After(null, Target, ReportReason.Spam, true, Now);
        Assert.Equal(open.Version, open.ClaimedFor(new("vera"), Now).Claimed!.Version);
        Assert.Equal(Problems.NotAllowed, open.ClaimedFor(new("mallory"), Now).Refusal);
        var reported = Case.After(open, Target, ReportReason.Spam, false, Now);
        var warn = new DecisionRequest(open.Version, DecisionAction.Warn, DecisionGround.Terms, "Spam");
        Assert.Equal((null, Problems.CaseChanged), (warn.Refusal(open), warn.Refusal(reported)));

        // What an appeal is about was reported before it.
        var decided = reported.AfterDecision(new("d"));
        Assert.Equal((1, 1, 4), (reported.OpenedVersion, decided.AfterAppeal(Now).OpenedVersion, Case.After(
            decided, Target, ReportReason.Spam, false, Now).OpenedVersion));
    }

    [Fact]
    public void Should_be_reportable_as_far_as_it_was_seen()
    {
        var window = TimeSpan.FromDays(30);
        var head =
            new Head { ConversationId = new("c"), Kind = ConversationKind.Group, CreatedBy = new("a"), CreatedAt = Now, LastSeq = 9 };
        var member = new Member { ConversationId = new("c"), UserId = new("b"), Role = MemberRole.Member, State = MemberState.Active };
        var left = member with { State = MemberState.Left, LeftSeq = 4, LeftAt = Now };
        var deleted = head with { DeletedAt = Now };
        (Head Head, Member Member, DateTimeOffset At, long? Until)[] all =
        [
            (head, member, Now, 9), (deleted, member, Now + window, 9), (deleted, member, Now + window + TimeSpan.FromTicks(1), null),
            (head, left, Now + window, 4), (head, left, Now + window + TimeSpan.FromTicks(1), null), (deleted, left, Now, 4),
            (head, left with { State = MemberState.Removed }, Now, 4), (head, left with { LeftAt = null, LeftSeq = null }, Now, null),
            (head, member with { State = MemberState.Requested }, Now, null),
            (head, member with { State = MemberState.Invited }, Now, null),
        ];
        Assert.All(all, one => Assert.Equal(one.Until, ReportedContent.SeenUntil(one.Head, one.Member, one.At, window)));
    }
}
