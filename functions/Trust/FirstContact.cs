using Chat.Functions.People;
using Chat.Functions.Privacy;

namespace Chat.Functions.Trust;

/// <summary>What first contact comes to.</summary>
public enum Contact
{
    /// <summary>They may reach them.</summary>
    Open,

    /// <summary>They may ask: by one message, or by an invitation to a group.</summary>
    Request,

    /// <summary>They may invite, and don't learn that it isn't shown: what they asked before was declined.</summary>
    SilentlyDeclined,

    /// <summary>They may not, and don't learn why.</summary>
    Refused,
}

/// <summary>What somebody is about to do for the first time.</summary>
public enum ContactKind
{
    /// <summary>Begin a direct conversation, or send its first message.</summary>
    Message,

    /// <summary>Add to a group.</summary>
    Add,
}

/// <summary>All that first contact depends on besides the operator's settings.</summary>
/// <param name="Sender">What is known of who makes contact; null for nothing.</param>
/// <param name="Recipient">What is known of the other one.</param>
/// <param name="Settings">The recipient's settings; null while they never changed any.</param>
/// <param name="Relation">How the recipient and the sender follow each other, seen from the recipient; null for not at all.</param>
/// <param name="IsBlocked">Whether either blocks the other.</param>
/// <param name="HasDeclined">Whether the recipient declined the sender lately; known of adds alone.</param>
public sealed record ContactFacts(
    Person? Sender,
    Person? Recipient,
    PrivacySettings? Settings,
    Relationship? Relation,
    bool IsBlocked,
    bool HasDeclined = false)
{
    public bool AreBothActive => Sender is null or { State: PersonState.Active } && Recipient is null or { State: PersonState.Active };

    /// <summary>Whether the recipient follows the sender.</summary>
    public bool Follows => Relation is { Follows: true };

    public bool AreFriends => Relation is { Follows: true, Followed: true };
}

/// <summary>Decides first contact. docs/protocol.md has the same as a table.</summary>
public static class FirstContact
{
    public static Contact Decide(ContactKind kind, ContactFacts facts, TrustOptions trust)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(trust);
        if (facts.IsBlocked || !facts.AreBothActive)
        {
            return Contact.Refused;
        }

        if (trust.IsOpen)
        {
            return Contact.Open;
        }

        var (sender, recipient) = (AgeOf(facts.Sender, trust), AgeOf(facts.Recipient, trust));
        if (sender == AgeBand.Under16
            || recipient == AgeBand.Under16
            || (recipient == AgeBand.From16To17 && sender == AgeBand.Adult && !facts.Follows))
        {
            return Contact.Refused;
        }

        return kind == ContactKind.Message ? ToMessage(facts, recipient) : ToAdd(facts, recipient);
    }

    private static Contact ToMessage(ContactFacts facts, AgeBand recipient)
    {
        var admitted = facts.Settings?.WhoCanMessage ?? (recipient == AgeBand.From16To17 ? Audience.NoOne : Audience.Everyone);
        return !Admits(admitted, facts) ? Contact.Refused
            : facts.Follows ? Contact.Open
            : Contact.Request;
    }

    /// <summary>Whoever isn't admitted may still invite, except where nobody is.</summary>
    private static Contact ToAdd(ContactFacts facts, AgeBand recipient)
    {
        var admitted = facts.Settings?.WhoCanAdd ?? (recipient == AgeBand.From16To17 ? Audience.NoOne : Audience.Friends);
        return admitted == Audience.NoOne ? Contact.Refused
            : Admits(admitted, facts) ? Contact.Open
            : Contact.Request;
    }

    private static bool Admits(Audience audience, ContactFacts facts) => audience switch
    {
        Audience.Everyone => true,
        Audience.Friends => facts.AreFriends,
        Audience.Following => facts.Follows,
        _ => false,
    };

    /// <summary>How old somebody counts as.</summary>
    internal static AgeBand AgeOf(Person? person, TrustOptions trust) =>
        person is { AgeBand: not AgeBand.Unknown } ? person.AgeBand
        : trust.IsUnknownMinor ? AgeBand.From16To17
        : AgeBand.Adult;
}
