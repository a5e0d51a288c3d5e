using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.People;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Trust;

/// <summary>Reads what first contact depends on, and decides it.</summary>
/// <remarks>
/// One read-many: the recipient's partition, which holds a copy of every relation and block between the two, and what is known of
/// the sender.
/// </remarks>
public sealed class ContactPolicy(ChatContainers containers, StandingList standings, TrustOptions trust)
{
    /// <summary>What a sender's first contact with a recipient comes to.</summary>
    public async Task<Contact> DecideAsync(ContactKind kind, UserId sender, UserId recipient, CancellationToken cancellationToken)
    {
        if (!standings.Of(sender).MayMakeFirstContact() || standings.Of(recipient) == Standing.Banned)
        {
            return Contact.Refused;
        }

        var (own, other) = (new PartitionKey(sender.Value), new PartitionKey(recipient.Value));
        var found = await containers.Users.ReadDocumentsAsync(
            [
                (Person.DocumentId, own),
                (Person.DocumentId, other),
                (PrivacySettings.DocumentId, other),
                (Relationship.DocumentId(sender), other),
                (Block.DocumentId(Block.Of, sender), other),
                (Block.DocumentId(Block.By, sender), other),
            ],
            ChatJson.Default.DocumentsPageJsonElement,
            cancellationToken: cancellationToken);
        var people = All("person").Select(one => one.Deserialize(ChatJson.Default.Person)!).ToDictionary(person => person.UserId);
        var facts = new ContactFacts(
            people.GetValueOrDefault(sender),
            people.GetValueOrDefault(recipient),
            All("settings").Select(one => one.Deserialize(ChatJson.Default.PrivacySettings)).FirstOrDefault(),
            All("rel").Select(one => one.Deserialize(ChatJson.Default.Relationship)).FirstOrDefault(),
            All(Block.Of).Concat(All(Block.By)).Any(one => one.Deserialize(ChatJson.Default.Block) is { IsActive: true }));
        return FirstContact.Decide(kind, facts, trust);

        IEnumerable<JsonElement> All(string type) => found.Where(one => one.GetProperty("type").ValueEquals(type));
    }
}
