using System.Text.Json;

namespace Chat.Load.Costs;

/// <summary>An operation of the API: what has to be there before, and the one request that is measured.</summary>
/// <param name="Name">As docs/protocol.md writes it, and what is special about it.</param>
internal sealed partial record ApiOperation(string Name, Func<World, Task<Func<Task>>> PrepareAsync)
{
    private const string Messages = "/conversations/{c}/messages";

    /// <summary>All of them, in the order of the protocol's table.</summary>
    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        New("POST /conversations, direct", _ => Nothing, static (w, _) => w.DirectAsync()),
        InDirect("POST /conversations, direct, there already", static (w, _) => w.DirectAsync()),
        New("POST /conversations, a group of 4", _ => Nothing, static (w, _) => w.GroupAsync("ben", "cat", "dan")),
        InDirect("GET /conversations", static (w, _) => w.AskAsync("ann", "GET", "/conversations")),
        InDirect("GET /conversations/{c}", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}")),
        InGroup(
            "PATCH /conversations/{c}, the title",
            static (w, c) => w.AskAsync("ann", "PATCH", $"/conversations/{c}", """{"title":"Crew"}""")),
        InGroup(
            "PATCH /conversations/{c}, a setting",
            static (w, c) => w.AskAsync("ann", "PATCH", $"/conversations/{c}", """{"joinPolicy":"approval"}""")),
        InGroup("DELETE /conversations/{c}", static (w, c) => w.AskAsync("ann", "DELETE", $"/conversations/{c}")),
        InGroup("GET …/members", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}/members")),
        InGroup(
            "POST …/members, one",
            static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/members", $$"""{"members":["{{w.Name("eve")}}"]}""")),
        InGroup(
            "PATCH …/members/{u}",
            static (w, c) => w.AskAsync("ann", "PATCH", $"/conversations/{c}/members/{w.Name("ben")}", """{"role":"admin"}""")),
        InGroup("DELETE …/members/{u}", static (w, c) => w.AskAsync("ann", "DELETE", $"/conversations/{c}/members/{w.Name("ben")}")),
        InGroup(
            "DELETE …/members/{u}, leaving",
            static (w, c) => w.AskAsync("ben", "DELETE", $"/conversations/{c}/members/{w.Name("ben")}")),
        InGroup(
            "DELETE …/members/{u}, the owner leaving",
            static (w, c) => w.AskAsync("ann", "DELETE", $"/conversations/{c}/members/{w.Name("ann")}")),
        InGroup(
            "POST …/owner",
            static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/owner", $$"""{"userId":"{{w.Name("ben")}}"}""")),
        WithLink("GET …/invite-links", static (w, c, _) => w.AskAsync("ann", "GET", $"/conversations/{c}/invite-links")),
        InGroup("POST …/invite-links, the first", static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/invite-links", "{}")),
        WithLink("POST /invites/{code}/join", static (w, _, code) => w.AskAsync("eve", "POST", $"/invites/{code}/join")),
        WithLink(
            "POST /invites/{code}/join, asking",
            static (w, _, code) => w.AskAsync("eve", "POST", $"/invites/{code}/join"),
            approval: true),
        WithRequest("GET …/join-requests", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}/join-requests")),
        WithRequest(
            "POST …/join-requests/{u}/approve",
            static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/join-requests/{w.Name("eve")}/approve")),
        WithRequest(
            "POST …/join-requests/{u}/reject",
            static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/join-requests/{w.Name("eve")}/reject")),
        InDirect(
            "PATCH …/preferences",
            static (w, c) => w.AskAsync("ann", "PATCH", $"/conversations/{c}/preferences", """{"archived":true}""")),
        WithMessage("POST …/clear", static (w, c, m) => w.AskAsync("ben", "POST", $"/conversations/{c}/clear", $$"""{"seq":{{m.Seq}}}""")),
        InDirect("POST …/messages", static (w, c) => w.SendAsync(c)),
        New("POST …/messages, to a group of 4", static w => w.GroupAsync("ben", "cat", "dan"), static (w, c) => w.SendAsync(c)),
        .. new[] { 3, 10, 32, 40, 256 }.Select(size => New(
            $"POST …/messages, to a quiet group of {size}",
            world => world.GroupAsync([.. Enumerable.Range(1, size - 1).Select(n => $"m{n}")]),
            static (w, c) => w.SendAsync(c))),
        New("POST …/messages, repeated", static async w => await RepeatedAsync(w), static (w, c) => RepeatAsync(w, c)),
        WithMessage("POST …/messages, an answer", static (w, c, m) => w.SendAsync(c, "ben", $",\"replyTo\":\"{m.Id}\"")),
        WithMessage("POST …/messages, in a thread", static (w, c, m) => w.SendAsync(c, "ben", $",\"threadId\":\"{m.Id}\"")),
        InDirect(
            "POST …/messages, with a mention",
            static (w, c) => w.SendAsync(c, "ann", $$""","mentions":[{"userId":"{{w.Name("ben")}}","offset":0,"length":5}]""")),
        InDirect("POST …/messages, a poll", static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/messages", Poll)),
        InDirect(
            "POST …/messages, with a card",
            static (w, c) => w.SendAsync(c, "ann", ",\"cards\":[{\"type\":\"video\",\"id\":\"v-1\",\"title\":\"Lisbon by tram\"}]")),
        WithMessage("GET …/messages", static (w, c, _) => w.AskAsync("ben", "GET", $"/conversations/{c}/messages")),
        WithMessage("GET …/messages/{m}", static (w, c, m) => w.AskAsync("ben", "GET", $"/conversations/{c}/messages/{m.Id}")),
        WithMessage("PATCH …/messages/{m}", static (w, c, m) => w.AskAsync(
            "ann", "PATCH", $"/conversations/{c}/messages/{m.Id}", """{"text":"Hello, and how are you?"}""")),
        WithMessage("DELETE …/messages/{m}", static (w, c, m) => w.AskAsync("ann", "DELETE", $"/conversations/{c}/messages/{m.Id}")),
        WithMessage(
            "DELETE …/messages/{m}?scope=me",
            static (w, c, m) => w.AskAsync("ben", "DELETE", $"/conversations/{c}/messages/{m.Id}?scope=me")),
        AfterThat("GET …/messages/{m}/revisions, one", "PATCH", "/{m}", """{"text":"Hello again"}""", "GET", "/{m}/revisions"),
        WithMessage(
            "PUT …/reactions/{key}",
            static (w, c, m) => w.AskAsync("ben", "PUT", $"/conversations/{c}/messages/{m.Id}/reactions/:wave:")),
        AfterThat("DELETE …/reactions/{key}", "PUT", "/{m}/reactions/:wave:", null, "DELETE", "/{m}/reactions/:wave:"),
        AfterThat("GET …/reactions, one", "PUT", "/{m}/reactions/:wave:", null, "GET", "/{m}/reactions"),
        WithMessage("GET …/events", static (w, c, _) => w.AskAsync("ben", "GET", $"/conversations/{c}/events?afterSeq=0")),
        InDirect(
            "POST …/messages/batch, of 10",
            static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/messages/batch", Batch(10))),
        WithMessage("POST …/forward, to one", static (w, c, m) => w.AskAsync(
            "ben", "POST", $"/conversations/{c}/messages/{m.Id}/forward", $$"""{"clientMessageId":"f1","to":["{{c}}"]}""")),
        WithMessage("GET …/replies, none", static (w, c, m) => w.AskAsync("ben", "GET", $"/conversations/{c}/messages/{m.Id}/replies")),
        WithMessage("PUT …/pin, the first", static (w, c, m) => w.AskAsync("ann", "PUT", $"/conversations/{c}/messages/{m.Id}/pin")),
        AfterThat("DELETE …/pin, the last", "PUT", "/{m}/pin", null, "DELETE", "/{m}/pin"),
        WithPin("GET …/pins, one", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}/pins")),
        InDirect("POST …/messages, with a place", static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/messages", Placing)),
        InDirect("POST …/messages, with a link", static (w, c) => w.AskAsync("ann", "POST", $"/conversations/{c}/messages", Linking)),
        Shared("GET …/shared, one", static (w, c) => w.AskAsync("ben", "GET", $"/conversations/{c}/shared?kind=link")),
        InDirect(
            "PUT …/collections/{k}, the first",
            static (w, c) => w.AskAsync("ann", "PUT", $"/conversations/{c}/collections/rome", """{"title":"Rome"}""")),
        Collected("GET …/collections, one", "GET", static (_, _) => ""),
        Collected("PUT …/items/{i}, the second", "PUT", static (_, m) => $"/rome/items/{m}"),
        Collected("GET …/items, one", "GET", static (_, _) => "/rome/items"),
        Collected("DELETE …/items/{i}, the only one", "DELETE", static (first, _) => $"/rome/items/{first}"),
        Collected("DELETE …/collections/{k}, the last", "DELETE", static (_, _) => "/rome"),
        InDirect("GET …/streak", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}/streak")),
        InDirect("PUT …/streak", static (w, c) => w.AskAsync("ann", "PUT", $"/conversations/{c}/streak", """{"enabled":false}""")),
        WithPoll(
            "PUT …/vote, a member's first",
            static (w, c, m) => w.AskAsync("ben", "PUT", $"/conversations/{c}/messages/{m}/vote", """{"options":[0]}""")),
        InDirect("POST …/scheduled", static (w, c) => ScheduleAsync(w, c)),
        WithScheduled("GET …/scheduled, one", static (w, c, _) => w.AskAsync("ann", "GET", $"/conversations/{c}/scheduled")),
        WithScheduled("DELETE …/scheduled/{s}", static (w, c, s) => w.AskAsync("ann", "DELETE", $"/conversations/{c}/scheduled/{s}")),
        WhereBothWrote(
            "PUT …/read, at the end",
            static (w, c, m) => w.AskAsync("ben", "PUT", $"/conversations/{c}/read", $$"""{"seq":{{m.Seq}}}""")),
        WhereBothWrote(
            "PUT …/delivered",
            static (w, c, m) => w.AskAsync("ben", "PUT", $"/conversations/{c}/delivered", $$"""{"seq":{{m.Seq}}}""")),
        InGroup("GET …/receipts", static (w, c) => w.AskAsync("ann", "GET", $"/conversations/{c}/receipts")),
        WhereBothWrote("POST …/typing", static (w, c, _) => w.AskAsync("ann", "POST", $"/conversations/{c}/typing", """{"typing":true}""")),
        WhereBothWrote(
            "GET /presence, of one",
            static (w, c, _) => w.AskAsync("ann", "GET", $"/presence?users={w.Name("ben")}&conversationId={c}")),
        New("GET /me/privacy", _ => Nothing, static (w, _) => w.AskAsync("ann", "GET", "/me/privacy")),
        New("PATCH /me/privacy", _ => Nothing, static (w, _) => w.AskAsync("ann", "PATCH", "/me/privacy", """{"readReceipts":false}""")),
        WithMessage("POST …/unread", static (w, c, _) => w.AskAsync("ben", "POST", $"/conversations/{c}/unread")),
        InDirect("GET /unread", static (w, _) => w.AskAsync("ann", "GET", "/unread")),
        InDirect("GET /sync, from the beginning", static (w, _) => w.AskAsync("ann", "GET", "/sync")),
        InDirect("POST /realtime/negotiate", static (w, _) => w.AskAsync("ann", "POST", "/realtime/negotiate?negotiateVersion=1")),
        New("POST /realtime/sign-out, the first", _ => Nothing, static (w, _) => w.AskAsync("ann", "POST", "/realtime/sign-out")),
        .. OfFiles,
        .. OfChannels,
        .. OfPeople,
    ];

    private const string Poll = """{"clientMessageId":"p1","poll":{"question":"Where to?","options":["Sea","Hills"]}}""";

    private const string Placing = """{"clientMessageId":"l0","location":{"latitude":52.516,"longitude":13.378}}""";

    private const string Linking = """{"clientMessageId":"l1","text":"Look at https://example.com"}""";

    private static Task<string> Nothing => Task.FromResult("");

    private static ApiOperation New(string name, Func<World, Task<string>> before, Func<World, string, Task> act) =>
        new(name, async world =>
        {
            var conversation = await before(world);
            return () => act(world, conversation);
        });

    private static ApiOperation InDirect(string name, Func<World, string, Task> act) => New(name, static world => world.DirectAsync(), act);

    private static ApiOperation InGroup(string name, Func<World, string, Task> act) =>
        New(name, static world => world.GroupAsync("ben", "cat", "dan"), act);

    private static ApiOperation WithMessage(string name, Func<World, string, Sent, Task> act) =>
        With(name, static (world, conversation) => world.SendAsync(conversation), act);

    /// <summary>Where each shows the other what strangers don't see. The last message is Ann's.</summary>
    private static ApiOperation WhereBothWrote(string name, Func<World, string, Sent, Task> act) => With(
        name,
        static async (world, conversation) =>
        {
            await world.SendAsync(conversation, "ben");
            return await world.SendAsync(conversation);
        },
        act);

    /// <summary>In a direct conversation with something in it.</summary>
    private static ApiOperation With<T>(string name, Func<World, string, Task<T>> before, Func<World, string, T, Task> act) =>
        new(name, async world =>
        {
            var conversation = await world.DirectAsync();
            var there = await before(world, conversation);
            return () => act(world, conversation, there);
        });

    /// <summary>What Ann can do to her message after something else was done to it.</summary>
    private static ApiOperation AfterThat(
        string name, string firstMethod, string firstPath, string? firstBody, string method, string path) =>
        With(
            name,
            async (world, conversation) =>
            {
                var sent = await world.SendAsync(conversation);
                await world.AskAsync("ann", firstMethod, Path(conversation, firstPath, sent), firstBody);
                return sent;
            },
            (world, conversation, sent) => world.AskAsync("ann", method, Path(conversation, path, sent)));

    private static string Path(string conversation, string path, Sent sent) =>
        $"{Messages.Replace("{c}", conversation, StringComparison.Ordinal)}{path.Replace("{m}", sent.Id, StringComparison.Ordinal)}";

    private static ApiOperation WithLink(string name, Func<World, string, string, Task> act, bool approval = false) =>
        new(name, async world =>
        {
            var (group, code) = await LinkAsync(world, approval);
            return () => act(world, group, code);
        });

    private static ApiOperation WithRequest(string name, Func<World, string, Task> act) => New(
        name,
        static async world =>
        {
            var (group, code) = await LinkAsync(world, approval: true);
            await world.AskAsync("eve", "POST", $"/invites/{code}/join");
            return group;
        },
        act);

    private static async Task<(string Group, string Code)> LinkAsync(World world, bool approval)
    {
        var group = await world.GroupAsync("ben", "cat", "dan");
        if (approval)
        {
            await world.AskAsync("ann", "PATCH", $"/conversations/{group}", """{"joinPolicy":"approval"}""");
        }

        return (
            group,
            (await world.AskAsync("ann", "POST", $"/conversations/{group}/invite-links", "{}")).GetProperty("code").GetString()!);
    }

    private static ApiOperation WithPin(string name, Func<World, string, Task> act) => New(
        name,
        static async world =>
        {
            var conversation = await world.DirectAsync();
            await world.AskAsync("ann", "PUT", $"/conversations/{conversation}/messages/{(await world.SendAsync(conversation)).Id}/pin");
            return conversation;
        },
        act);

    private static ApiOperation Shared(string name, Func<World, string, Task> act) => New(
        name,
        static async world =>
        {
            var conversation = await world.DirectAsync();
            await world.AskAsync("ann", "POST", $"/conversations/{conversation}/messages", Linking);
            return conversation;
        },
        act);

    /// <summary>Where a collection has one link, and another one waits.</summary>
    private static ApiOperation Collected(string name, string method, Func<string, string, string> path) => With(
        name,
        static async (world, conversation) =>
        {
            List<string> links = [];
            for (var n = 1; n <= 2; n++)
            {
                var body = Linking.Replace("l1", $"l{n}", StringComparison.Ordinal);
                var sent = await world.AskAsync("ann", "POST", $"/conversations/{conversation}/messages", body);
                links.Add(sent.GetProperty("messageId").GetString()!);
            }

            await world.AskAsync("ann", "PUT", $"/conversations/{conversation}/collections/rome", """{"title":"Rome"}""");
            await world.AskAsync("ann", "PUT", $"/conversations/{conversation}/collections/rome/items/{links[0]}", "{}");
            return links;
        },
        (world, conversation, links) => world.AskAsync(
            "ann",
            method,
            $"/conversations/{conversation}/collections{path(links[0], links[1])}",
            method == "PUT" ? "{}" : null));

    private static ApiOperation WithPoll(string name, Func<World, string, string, Task> act) => With(
        name,
        static async (world, conversation) =>
            (await world.AskAsync("ann", "POST", $"/conversations/{conversation}/messages", Poll)).GetProperty("messageId").GetString()!,
        act);

    private static ApiOperation WithScheduled(string name, Func<World, string, string, Task> act) => With(
        name,
        static async (world, conversation) => (await ScheduleAsync(world, conversation)).GetProperty("scheduledId").GetString()!,
        act);

    private static Task<JsonElement> ScheduleAsync(World world, string conversation) => world.AskAsync(
        "ann",
        "POST",
        $"/conversations/{conversation}/scheduled",
        $$"""{"clientMessageId":"s1","text":"Good morning","dueAt":"{{TimeProvider.System.GetUtcNow().AddDays(1):O}}"}""");

    private static async Task<string> RepeatedAsync(World world)
    {
        var conversation = await world.DirectAsync();
        await RepeatAsync(world, conversation);
        return conversation;
    }

    private static Task<JsonElement> RepeatAsync(World world, string conversation) =>
        world.AskAsync("ann", "POST", $"/conversations/{conversation}/messages", """{"clientMessageId":"again","text":"Hello"}""");

    private static string Batch(int count)
    {
        var messages = Enumerable.Range(0, count).Select(n => $$"""{"clientMessageId":"b{{n}}","text":"Hello number {{n}}"}""");
        return $$"""{"messages":[{{string.Join(',', messages)}}]}""";
    }
}
