using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.People;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Locations;

/// <summary>Whether a message may show a place: neither its sender nor anybody who would see it may be a minor.</summary>
/// <remarks>
/// It reads what the host app says of each member, 1 RU each. The log commits the message only while the members are those that were
/// looked at. The refusal is the same as for what else isn't allowed, so that it doesn't tell that somebody is a minor.
/// </remarks>
public sealed class LocationPolicy(ConversationReader reader, PersonStore people, TrustOptions trust)
{
    /// <summary>The content with the members whose ages were looked at, or with a refusal for the log to decide on.</summary>
    public async Task<MessageContent> CheckAsync(
        ConversationId conversation,
        UserId sender,
        MessageContent content,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (content.Location is null || content.Refusal is not null)
        {
            return content;
        }

        if (await reader.ReadForAsync(sender, conversation, session, cancellationToken) is not { Head: var head })
        {
            // The log refuses who isn't a member. If only the replica lags, it asks to try again.
            return content;
        }

        var members = await reader.MembersToBeAsync(head, session, cancellationToken);
        var known = (await people.OfAsync(members, cancellationToken)).ToDictionary(person => person.UserId);
        return members.Any(member => FirstContact.AgeOf(known.GetValueOrDefault(member), trust) != AgeBand.Adult)
            ? content with { Refusal = Problems.NotAllowed }
            : content with { SeenByVersion = head.MembersVersion };
    }
}
