using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.People;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Trust;

/// <summary>Reads what first contact depends on, and decides it.</summary>
/// <remarks>
/// One read-many: the recipient's partition, which holds a copy of every relation and block between the two, and what is known of
/// the sender.
/// </remarks>
public sealed class ContactPolicy(ChatContainers containers, TrustOptions trust)
{
    private const int MaxParallel = 8;

    /// <summary>What a sender's first contact with a recipient comes to.</summary>
    public Task<Contact> DecideAsync(ContactKind kind, UserId sender, UserId recipient, CancellationToken cancellationToken) =>
        DecideAsync(kind, sender, recipient, [sender], cancellationToken);

    /// <summary>
    /// What adding users to a group comes to, for each. It is refused for one whom a block, either way, keeps from anybody in the
    /// group, and from anybody who is added with them.
    /// </summary>
    /// <param name="adder">Who adds.</param>
    /// <param name="users">Whom.</param>
    /// <param name="members">Who is in the group.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyDictionary<UserId, Contact>> DecideAddsAsync(
        UserId adder,
        IReadOnlyCollection<UserId> users,
        IEnumerable<UserId> members,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<UserId> together = [.. members.Append(adder).Concat(users).Distinct()];
        var decided = new ConcurrentDictionary<UserId, Contact>();
        await Each.TryAsync(
            users,
            MaxParallel,
            async (user, cancel) => decided[user] = await DecideAsync(ContactKind.Add, adder, user, together, cancel),
            cancellationToken);
        return decided;
    }

    private async Task<Contact> DecideAsync(
        ContactKind kind,
        UserId sender,
        UserId recipient,
        IReadOnlyList<UserId> others,
        CancellationToken cancellationToken)
    {
        var (own, other) = (new PartitionKey(sender.Value), new PartitionKey(recipient.Value));
        var found = await containers.Users.ReadDocumentsAsync(
            [
                (Person.DocumentId, own),
                (Person.DocumentId, other),
                (PrivacySettings.DocumentId, other),
                (Relationship.DocumentId(sender), other),
                .. others.Where(one => one != recipient).SelectMany(one => new[] { Block.Of, Block.By }.Select(type => (Block.DocumentId(type, one), other))),
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
