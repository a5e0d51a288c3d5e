using Chat.Functions.People;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Xunit;

namespace Chat.Functions.Tests.Trust;

/// <summary>The table of first contact, by every combination of what it depends on.</summary>
public class FirstContactTests
{
    private static readonly UserId Sender = new("sender");
    private static readonly UserId Recipient = new("recipient");

    private static readonly Person?[] Senders = [null, .. People(Sender)];
    private static readonly Person?[] Recipients = [null, .. People(Recipient)];
    private static readonly Audience?[] Audiences = [null, .. Enum.GetValues<Audience>()];
    private static readonly (bool Follows, bool Followed)?[] Relations = [null, (false, false), (true, false), (false, true), (true, true)];

    [Fact]
    public void Is_decided_by_the_first_row_that_applies()
    {
        var decided = 0;
        foreach (var trust in Modes())
        {
            foreach (var (facts, audience) in All())
            {
                foreach (var kind in Enum.GetValues<ContactKind>())
                {
                    var expected = Row(kind, facts, audience, trust);
                    Assert.True(expected == FirstContact.Decide(kind, facts, trust), $"{kind}, {facts}, {trust}: expected {expected}.");
                    decided++;
                }
            }
        }

        Assert.Equal(3 * Senders.Length * Recipients.Length * Audiences.Length * Relations.Length * 2 * 2, decided);
    }

    [Fact]
    public void Never_is_easier_for_somebody_who_is_blocked_suspended_or_follows_less()
    {
        foreach (var trust in Modes())
        {
            foreach (var (facts, _) in All())
            {
                foreach (var kind in Enum.GetValues<ContactKind>())
                {
                    var contact = FirstContact.Decide(kind, facts, trust);
                    Assert.Equal(Contact.Refused, FirstContact.Decide(kind, facts with { IsBlocked = true }, trust));
                    Assert.Equal(Contact.Refused, FirstContact.Decide(
                        kind,
                        facts with { Sender = (facts.Sender ?? new Person { UserId = Sender }) with { State = PersonState.Suspended } },
                        trust));
                    Assert.True(FirstContact.Decide(kind, facts with { Relation = null }, trust) >= contact, $"{kind}, {facts}, {trust}");
                }
            }
        }
    }

    /// <summary>The table of docs/protocol.md, row by row.</summary>
    private static Contact Row(ContactKind kind, ContactFacts facts, Audience? chosen, TrustOptions trust)
    {
        AgeBand Age(Person? person) =>
            person?.AgeBand is null or AgeBand.Unknown ? trust.UnknownAge == "minor" ? AgeBand.From16To17 : AgeBand.Adult : person.AgeBand;
        var (sender, recipient, relation) = (Age(facts.Sender), Age(facts.Recipient), (
            Follows: facts.Relation?.Follows == true, Followed: facts.Relation?.Followed == true));
        var audience = chosen
            ?? (recipient == AgeBand.From16To17 ? Audience.NoOne : kind == ContactKind.Message ? Audience.Everyone : Audience.Friends);
        var isAdmitted = audience switch
        {
            Audience.Everyone => true,
            Audience.Friends => relation == (true, true),
            Audience.Following => relation.Follows,
            _ => false,
        };
        return facts.IsBlocked ? Contact.Refused
            : IsOut(facts.Sender) || IsOut(facts.Recipient) ? Contact.Refused
            : trust.Mode == "open" ? Contact.Open
            : sender == AgeBand.Under16 || recipient == AgeBand.Under16 ? Contact.Refused
            : recipient == AgeBand.From16To17 && sender == AgeBand.Adult && !relation.Follows ? Contact.Refused
            : kind == ContactKind.Add && isAdmitted ? Contact.Open
            : kind == ContactKind.Add && audience != Audience.NoOne ? Contact.Request
            : !isAdmitted ? Contact.Refused
            : relation.Follows ? Contact.Open
            : Contact.Request;

        static bool IsOut(Person? person) => person is { State: PersonState.Suspended or PersonState.Erased };
    }

    private static IEnumerable<(ContactFacts Facts, Audience? Audience)> All() =>
        from sender in Senders
        from recipient in Recipients
        from audience in Audiences
        from relation in Relations
        from isBlocked in new[] { false, true }
        let settings = audience is null ? null : new PrivacySettings { UserId = Recipient, WhoCanMessage = audience, WhoCanAdd = audience }
        let rel = relation is { } one
            ? new Relationship { UserId = Recipient, OtherUserId = Sender, Follows = one.Follows, Followed = one.Followed }
            : null
        select (new ContactFacts(sender, recipient, settings, rel, isBlocked), audience);

    private static IEnumerable<TrustOptions> Modes() =>
        [new() { Mode = "open" }, new() { Mode = "strict" }, new() { Mode = "strict", UnknownAge = "minor" }];

    private static IEnumerable<Person> People(UserId user) =>
        from age in Enum.GetValues<AgeBand>()
        from state in Enum.GetValues<PersonState>()
        select new Person { UserId = user, AgeBand = age, State = state };
}
