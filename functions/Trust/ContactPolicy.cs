using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.People;
using Chat.Functions.Privacy;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Trust;

/// <summary>Reads what first contact depends on, and decides it.</summary>
/// <remarks>
/// One read-many: the recipients' partitions, which hold a copy of every relation and block between two, and what is known of the
/// sender. Blocks among a group's members are looked for only of those who ever had one, which their settings say; whether two talk, only
/// where one declined the other lately. Of whom the host app never told how they follow the sender, it is asked, if it wants that.
/// </remarks>
public sealed class ContactPolicy(
    ChatContainers containers,
    BlockStore blocks,
    DirectConversations direct,
    ConversationReader reader,
    RelationshipPull pull,
    StandingList standings,
    TrustOptions trust,
    TimeProvider time)
{
    private const int MaxParallel = 8;

    /// <summary>What a sender's first contact with a recipient comes to.</summary>
    public async Task<Contact> DecideAsync(ContactKind kind, UserId sender, UserId recipient, CancellationToken cancellationToken) =>
        Decide(kind, sender, recipient, (await ReadAsync(kind, sender, [recipient], cancellationToken))[recipient]);

    /// <summary>
    /// What adding users to a group comes to, for each. At least they are asked if a block, either way, is between them and anybody in
    /// the group or added with them: a refusal would tell the adder who blocks whom. Who declined the adder lately, and never wrote to
    /// them, isn't asked any more.
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
        var facts = users.Count == 0 ? [] : await ReadAsync(ContactKind.Add, adder, users, cancellationToken);
        IReadOnlyList<UserId> together = [.. members.Concat(users).Distinct()];
        var kept = new ConcurrentBag<UserId>();
        await Each.TryAsync(
            users.Where(user => facts[user].Settings is { HasBlocks: true }),
            MaxParallel,
            async (user, cancel) =>
            {
                if ((await blocks.AmongAsync(user, together, cancel)).Count > 0)
                {
                    kept.Add(user);
                }
            },
            cancellationToken);
        var declined = await StrangersAsync(adder, [.. users.Where(user => facts[user].HasDeclined)], cancellationToken);
        return users.ToDictionary(user => user, AddOf);

        Contact AddOf(UserId user)
        {
            var contact = Decide(ContactKind.Add, adder, user, facts[user]);
            var asked = contact == Contact.Open && kept.Contains(user) ? Contact.Request : contact;
            return asked == Contact.Request && declined.Contains(user) ? Contact.SilentlyDeclined : asked;
        }
    }

    /// <summary>Which of some users never wrote to a user in an open conversation.</summary>
    private async Task<HashSet<UserId>> StrangersAsync(UserId user, IReadOnlyList<UserId> others, CancellationToken cancellationToken)
    {
        var talking = new ConcurrentBag<UserId>();
        await Each.TryAsync(
            others.Count == 0 ? [] : await direct.AmongAsync(user, others, cancellationToken),
            MaxParallel,
            async (pair, cancel) =>
            {
                // So that a replica that lags doesn't hide what they wrote.
                await reader.RefreshSessionAsync(pair.Conversation, cancel);
                if (await reader.ReadHeadAsync(pair.Conversation, null, cancel) is { Request: null } head
                    && head.Member(pair.Other) is { SentSeq: > 0 })
                {
                    talking.Add(pair.Other);
                }
            },
            cancellationToken);
        return [.. others.Except(talking)];
    }

    /// <summary>Moderators' decisions come first: their refusal is the same.</summary>
    private Contact Decide(ContactKind kind, UserId sender, UserId recipient, ContactFacts facts) =>
        standings.Of(sender).MayMakeFirstContact() && standings.Of(recipient) < Standing.Banned
            ? FirstContact.Decide(kind, facts, trust)
            : Contact.Refused;

    private async Task<Dictionary<UserId, ContactFacts>> ReadAsync(
        ContactKind kind,
        UserId sender,
        IReadOnlyCollection<UserId> recipients,
        CancellationToken cancellationToken)
    {
        var found = await containers.Users.ReadDocumentsAsync(
            [
                (Person.DocumentId, new PartitionKey(sender.Value)),
                .. recipients.SelectMany(recipient => new[]
                {
                    Person.DocumentId,
                    PrivacySettings.DocumentId,
                    Relationship.DocumentId(sender),
                    Block.DocumentId(Block.Of, sender),
                    Block.DocumentId(Block.By, sender),
                    kind == ContactKind.Add ? DeclinedSender.DocumentId(sender) : null,
                }.OfType<string>().Select(id => (id, new PartitionKey(recipient.Value)))),
            ],
            ChatJson.Default.DocumentsPageJsonElement,
            cancellationToken: cancellationToken);
        var people = All(Person.DocumentId).Select(one => one.Deserialize(ChatJson.Default.Person)!).ToDictionary(one => one.UserId);
        var settings = All(PrivacySettings.DocumentId).Select(one => one.Deserialize(ChatJson.Default.PrivacySettings)!)
            .ToDictionary(one => one.UserId);
        var relations = All("rel").Select(one => one.Deserialize(ChatJson.Default.Relationship)!).ToDictionary(one => one.UserId);
        var blocked = All(Block.Of).Concat(All(Block.By)).Select(one => one.Deserialize(ChatJson.Default.Block)!)
            .Where(block => block.IsActive).Select(block => block.UserId).ToHashSet();
        var declined = All("declined").Select(one => one.Deserialize(ChatJson.Default.DeclinedSender)!)
            .Where(one => one.LastsAt(time.GetUtcNow())).Select(one => one.UserId).ToHashSet();
        await PullAsync(
            sender,
            [.. recipients.Where(user => !relations.ContainsKey(user) && !blocked.Contains(user))],
            relations,
            cancellationToken);
        return recipients.ToDictionary(user => user, user => new ContactFacts(
            people.GetValueOrDefault(sender),
            people.GetValueOrDefault(user),
            settings.GetValueOrDefault(user),
            relations.GetValueOrDefault(user),
            blocked.Contains(user),
            declined.Contains(user)));

        IEnumerable<JsonElement> All(string type) => found.Where(one => one.GetProperty("type").ValueEquals(type));
    }

    /// <summary>Adds what the host app says when it is asked; where everything is open, nothing depends on it.</summary>
    private async Task PullAsync(
        UserId sender,
        IReadOnlyList<UserId> recipients,
        Dictionary<UserId, Relationship> relations,
        CancellationToken cancellationToken)
    {
        if (trust.IsOpen || !pull.IsOn)
        {
            return;
        }

        var found = new ConcurrentBag<Relationship>();
        await Each.TryAsync(
            recipients,
            MaxParallel,
            async (recipient, cancel) =>
            {
                if (await pull.FindAsync(sender, recipient, cancel) is { } relation)
                {
                    found.Add(relation);
                }
            },
            cancellationToken);
        foreach (var relation in found)
        {
            relations[relation.UserId] = relation;
        }
    }
}
