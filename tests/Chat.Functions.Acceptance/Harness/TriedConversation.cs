using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A conversation in which somebody of every role and state tries things, and what they try them on.</summary>
internal sealed class TriedConversation
{
    /// <summary>Those who aren't in the group, named for why.</summary>
    public static readonly string[] Others = ["invited", "requested", "left", "removed", "stranger"];

    private static int _last;

    private readonly ChatApp _app;
    private readonly string _code;
    private readonly string _old;
    private readonly string[] _members;

    private TriedConversation(ChatApp app, string conversation, string[] members, string code, string old) =>
        (_app, Conversation, _members, _code, _old) = (app, conversation, members, code, old);

    /// <summary>Whether it is a request that isn't answered, in which all that is there is the message that asks.</summary>
    public bool IsRequest { get; private init; }

    public string Conversation { get; }

    public string Path => $"/api/conversations/{Conversation}";

    public Person Owner => _app.As(_members[0]);

    /// <summary>Who is in it, the first first.</summary>
    public IReadOnlyList<Person> Members => [.. _members.Select(_app.As)];

    private bool IsDirect => _members.Length == 2;

    /// <summary>A name that nobody had before.</summary>
    public static string NewName() => $"name-{Interlocked.Increment(ref _last)}";

    /// <summary>A number that wasn't given before.</summary>
    public static int NewNumber() => Interlocked.Increment(ref _last);

    public static async Task<TriedConversation> DirectAsync(ChatApp app, string one = "alice", string other = "bob")
    {
        var conversation = (await app.As(one).StartDirectAsync(other)).ConversationId;
        return new(app, conversation, [one, other], "", (await app.As(one).SendAsync(conversation, "https://example.com")).MessageId);
    }

    /// <summary>A request of one to another who doesn't know them.</summary>
    /// <param name="strict">An instance in which strangers have to ask.</param>
    public static async Task<TriedConversation> RequestAsync(ChatApp strict)
    {
        var (asks, isAsked) = (strict.As(NewName()), NewName());
        var conversation = (await asks.StartDirectAsync(isAsked)).ConversationId;
        var message = (await asks.SendAsync(conversation, "Hello")).MessageId;
        return new(strict, conversation, [asks.Name, isAsked], "", message) { IsRequest = true };
    }

    /// <summary>A group that one has to ask to join.</summary>
    public static async Task<TriedConversation> GroupAsync(ChatApp app)
    {
        var owner = app.As("owner");
        var conversation = (await owner.CreateGroupAsync("Trip", "admin", "member", "tim", "left", "removed")).ConversationId;
        var path = $"/api/conversations/{conversation}";
        var old = await app.As("left").SendAsync(conversation, "https://example.com");
        await owner.DoAsync("PATCH", path + "/members/admin", new { role = "admin" });
        await owner.DoAsync("DELETE", path + "/members/removed");
        await app.As("left").DoAsync("DELETE", path + "/members/left");
        await owner.AskAsync("PATCH", path, new { joinPolicy = "approval" });
        var code = (await owner.AskAsync("POST", path + "/invite-links", new { }, HttpStatusCode.Created)).Text("code")!;
        await app.As("requested").AskAsync("POST", $"/api/invites/{code}/join", expected: HttpStatusCode.Accepted);
        await InviteAsync(app, conversation);
        return new(app, conversation, ["owner", "admin", "member", "tim"], code, old.MessageId);
    }

    /// <summary>A member who may be removed or promoted; the other one of a direct conversation.</summary>
    public async Task<string> MemberAsync(Person person)
    {
        if (IsDirect)
        {
            return Other(person).Name;
        }

        var name = NewName();
        await Owner.DoAsync("POST", Path + "/members", new { members = new[] { name } });
        return name;
    }

    public async Task<string> AdminAsync(Person person)
    {
        var name = await MemberAsync(person);
        await Owner.DoAsync("PATCH", $"{Path}/members/{name}", new { role = "admin" });
        return name;
    }

    public Task<string> OwnerAsync(Person person) => Task.FromResult(Owner.Name);

    public Task<string> SelfAsync(Person person) => Task.FromResult(person.Name);

    public async Task<string> LinkAsync(Person person) =>
        IsDirect ? "none" : (await Owner.AskAsync("POST", Path + "/invite-links", new { }, HttpStatusCode.Created)).Text("linkId")!;

    /// <summary>Somebody who waits to be let in.</summary>
    public async Task<string> RequestAsync(Person person)
    {
        var name = NewName();
        if (!IsDirect)
        {
            await _app.As(name).AskAsync("POST", $"/api/invites/{_code}/join", expected: HttpStatusCode.Accepted);
        }

        return name;
    }

    /// <summary>A message of the person's own; of somebody who isn't in the one that was there when they may have been.</summary>
    public async Task<string> OwnAsync(Person person) =>
        IsIn(person) && !IsRequest ? (await person.SendAsync(Conversation, "Mine")).MessageId : _old;

    public async Task<string> AnothersAsync(Person person) =>
        IsRequest ? _old : (await Other(person).SendAsync(Conversation, "Not yours")).MessageId;

    /// <summary>A message from before messages disappeared.</summary>
    public Task<string> OldAsync(Person person) => Task.FromResult(_old);

    /// <summary>A message to which the person has reacted, if they may.</summary>
    public async Task<string> ReactedAsync(Person person)
    {
        var message = await AnothersAsync(person);
        await Person.PatientlyAsync(() => person.SendAsync(HttpMethod.Put, $"{Path}/messages/{message}/reactions/:old:", null));
        return message;
    }

    /// <summary>Another's message that says what an edit would make of it.</summary>
    public async Task<string> EditedAsync(Person person) => (await Other(person).SendAsync(Conversation, "Edited")).MessageId;

    /// <summary>Another's message that they took back.</summary>
    public Task<string> TakenBackAsync(Person person) => TakenBackAsync(AnothersAsync(person), Other(person));

    /// <summary>A message that its sender took back, if it is theirs.</summary>
    public Task<string> TakenBackAsync(Task<string> message, Person sender) => AfterAsync(message, sender, "DELETE", "/messages/{0}");

    /// <summary>The id under which the person has sent something, if they may.</summary>
    public async Task<string> SaidAsync(Person person)
    {
        var id = NewName();
        if (IsIn(person))
        {
            await person.SendAsync(Conversation, "Mine", id);
        }

        return id;
    }

    public async Task<string> TitleAsync() => (await Owner.ConversationAsync(Conversation)).Title ?? "none";

    public async Task<string> MessageTtlAsync() => (await Owner.AskAsync("GET", Path)).At("messageTtl")?.ToString() ?? "0";

    /// <summary>What something is done to, after somebody has done it, if they may.</summary>
    public async Task<string> AfterAsync(Task<string> about, Person person, string method, string path, object? body = null)
    {
        var target = await about;
        await Person.PatientlyAsync(() => person.SendAsync(
            new HttpMethod(method),
            Path + string.Format(CultureInfo.InvariantCulture, path, target),
            body is null ? null : JsonContent.Create(body)));
        return target;
    }

    public async Task<string> PinnedAsync(Person person)
    {
        var message = await AnothersAsync(person);
        if (!IsRequest)
        {
            await Owner.DoAsync("PUT", $"{Path}/messages/{message}/pin");
        }

        return message;
    }

    public async Task<string> PollAsync(Person person)
    {
        if (IsRequest)
        {
            return _old;
        }

        var poll = new { question = "Where?", options = new[] { "here", "there" } };
        return (await Other(person).AskAsync("POST", Path + "/messages", new { clientMessageId = NewName(), poll }, HttpStatusCode.Created))
            .Text("messageId")!;
    }

    /// <summary>A message of the person's that waits to be sent, if they may have one.</summary>
    public async Task<string> ScheduledAsync(Person person) =>
        IsIn(person) ? (await person.AskAsync("POST", Path + "/scheduled", Later(), HttpStatusCode.Created)).Text("scheduledId")! : _old;

    public static object Text() => new { clientMessageId = NewName(), text = "Hello" };

    public static object Later() =>
        new { clientMessageId = NewName(), text = "Hello", dueAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(300) };

    /// <summary>All that is stored of the conversation, and of the person's own list about it, once nothing is under way.</summary>
    public async Task<(string Conversation, string Own)> LookAsync(Person person)
    {
        await _app.HasDeliveredAsync((JumpingClock)_app.Azure.Time);
        var containers = _app.Services.GetRequiredService<ChatContainers>();
        var documents = await StoredAsync(containers.Conversations, Conversation, _ => true);
        var own = await StoredAsync(
            containers.Users,
            person.Name,
            document => document["id"]!.GetValue<string>() == $"inbox:{Conversation}");
        return (documents, own);
    }

    private static async Task<string> StoredAsync(Container container, string partition, Func<JsonNode, bool> isWanted)
    {
        var documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var pages = container.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT * FROM c"),
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(partition) });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            foreach (var document in JsonNode.Parse(page.EnsureSuccessStatusCode().Content)!["Documents"]!.AsArray()
                .Where(document => isWanted(document!)))
            {
                foreach (var name in document!.AsObject().Select(member => member.Key).Where(name => name.StartsWith('_')).ToList())
                {
                    document.AsObject().Remove(name);
                }

                documents[document["id"]!.GetValue<string>()] = document.ToJsonString();
            }
        }

        return string.Join(Environment.NewLine, documents.Values);
    }

    /// <summary>Nothing invites yet; the state is there for what will.</summary>
    private static async Task InviteAsync(ChatApp app, string conversation)
    {
        var invited = new Member
        {
            ConversationId = new ConversationId(conversation),
            UserId = new UserId("invited"),
            Role = MemberRole.Member,
            State = MemberState.Invited,
        };
        using var document = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(invited, ChatJson.Default.ConversationDocument));
        using var created = await app.Services.GetRequiredService<ChatContainers>().Conversations.CreateItemStreamAsync(
            document,
            new PartitionKey(conversation));
        Assert.True(created.IsSuccessStatusCode);
    }

    private bool IsIn(Person person) => _members.Contains(person.Name);

    /// <summary>A collection of another's.</summary>
    public async Task<string> AnothersCollectionAsync(Person person)
    {
        var name = NewName();
        await Other(person).DoAsync("PUT", $"{Path}/collections/{name}", new { title = name });
        return name;
    }

    /// <summary>A collection that has its id for its title already.</summary>
    public Task<string> CollectionAsync(Person person) => AnothersCollectionAsync(person);

    /// <summary>Where something can be put into a collection.</summary>
    public async Task<string> CollectableAsync(Person person) => $"{await AnothersCollectionAsync(person)}/items/{_old}";

    /// <summary>Where something is in a collection.</summary>
    public async Task<string> CollectedAsync(Person person)
    {
        var item = await CollectableAsync(person);
        await Other(person).DoAsync("PUT", $"{Path}/collections/{item}", new { });
        return item;
    }

    private Person Other(Person person) => _app.As(_members.Last(member => member != person.Name));
}
