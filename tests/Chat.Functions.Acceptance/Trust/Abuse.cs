using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>A way in which somebody tries to reach a victim who doesn't want them, or to say what can't be said.</summary>
/// <param name="What">What is tried.</param>
/// <param name="TryAsync">Tries it; or the same in all innocence, which must get through, so that the check can fail.</param>
internal sealed record Abuse(string What, Func<Scene, bool, Task> TryAsync)
{
    /// <summary>In a list of words that are refused, and in one that isn't; innocence says the second.</summary>
    public const string Listed = "badword";

    public const string Unlisted = "goodword";

    private const string LinkInDisguise = "ex\u200Bample\u3002com";

    public static IReadOnlyList<Abuse> Corpus { get; } =
    [
        .. AroundRequests,
        .. ByInvitations,
        .. AroundBlocksAndBans,
        .. AroundTheFilter,
    ];

    private static IEnumerable<Abuse> AroundRequests =>
    [
        InRequest("write again before an answer", (scene, direct) => scene.SayAsync(direct, new { text = scene.Mark })),
        InRequest("send a batch around a request", (scene, direct) => scene.BatchAsync(direct, "Hello?", scene.Mark)),
        InRequest("forward around a request", (scene, direct) => scene.ForwardAsync(direct, scene.Mark)),
        InRequest("schedule around a request", (scene, direct) => scene.ScheduleAsync(direct, scene.Mark)),
        InRequest("edit the request into something else", async (scene, direct) => await scene.TryAsync(
            scene.Mallory, "PATCH", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}", new { text = scene.Mark })),
        InRequest("take the request back and ask once more", async (scene, direct) =>
        {
            await scene.TryAsync(scene.Mallory, "DELETE", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}");
            await scene.SayAsync(direct, new { text = scene.Mark });
        }),
        InRequest("reply to one's own request", async (scene, direct) => await scene.SayAsync(
            direct, new { text = scene.Mark, replyTo = await FirstAsync(scene, direct) })),
        InRequest("say it by a reaction", async (scene, direct) => await scene.TryAsync(
            scene.Mallory, "PUT", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}/reactions/:{scene.Mark}:")),
        InRequest("say it by a poll", (scene, direct) => scene.SayAsync(
            direct, new { poll = new { question = "Which?", options = new[] { scene.Mark, "none" } } })),
        InRequest("mention the victim to be noticed", (scene, direct) => scene.SayAsync(
            direct, new { text = $"@v {scene.Mark}", mentions = new[] { new { userId = scene.Victim.Name, offset = 0, length = 2 } } })),
        new("send the first message in a batch that says more", async (scene, isInnocent) =>
        {
            await (isInnocent ? scene.FollowAsync() : Task.CompletedTask);
            await scene.BatchAsync(await scene.DirectAsync(), "Hello", scene.Mark);
        }),
        new("ask with a link in disguise", async (scene, isInnocent) => await scene.SayAsync(
            await scene.DirectAsync(), new { text = $"{scene.Mark} {(isInnocent ? "done.It" : LinkInDisguise)}" })),
        new("ask with a link in a forward", async (scene, isInnocent) => await scene.ForwardAsync(
            await scene.DirectAsync(), $"{scene.Mark} {(isInnocent ? "done.It" : "https://example.com")}")),
        new("ask at length", async (scene, isInnocent) => await scene.SayAsync(
            await scene.DirectAsync(), new { text = $"{scene.Mark} {new string('a', isInnocent ? 400 : 500)}" })),
        new("use the id of the request for another text", async (scene, isInnocent) =>
        {
            await (isInnocent ? scene.FollowAsync() : Task.CompletedTask);
            var direct = await scene.AskedAsync();
            await scene.TryAsync(
                scene.Mallory,
                "POST",
                $"conversations/{direct}/messages",
                new { clientMessageId = isInnocent ? "second" : "first", text = scene.Mark });
        }),
        new("ask a fourth while three wait", async (scene, isInnocent) =>
        {
            foreach (var other in Enumerable.Range(0, isInnocent ? 2 : 3).Select(n => scene.As($"other{n}").Name))
            {
                await scene.Mallory.SendAsync((await scene.Mallory.StartDirectAsync(other)).ConversationId, "Hello");
            }

            await scene.SayAsync(await scene.DirectAsync(), new { text = scene.Mark });
        }),
    ];

    private static IEnumerable<Abuse> ByInvitations =>
    [
        new("invite by a title that is a link", async (scene, isInnocent) => await scene.GroupAsync(
            $"{scene.Mark} {(isInnocent ? "" : LinkInDisguise)}", scene.Victim.Name)),
        new("invite, and then make the title a link", async (scene, isInnocent) =>
        {
            var group = await scene.GroupAsync("Trip", scene.Victim.Name);
            await scene.TryAsync(scene.Mallory, "PATCH", $"conversations/{group}", new
            {
                title = $"{scene.Mark}{(isInnocent ? "" : " https://example.com")}",
            });
        }),
        new("invite again who declined", async (scene, isInnocent) =>
        {
            var group = await scene.GroupAsync("Trip", scene.Victim.Name);
            await (isInnocent ? Task.CompletedTask : scene.Victim.DoAsync("POST", $"/api/requests/{group}/decline", new { }));
            await scene.TryAsync(scene.Mallory, "PATCH", $"conversations/{group}", new { title = scene.Mark });
            await scene.TryAsync(scene.Mallory, "POST", $"conversations/{group}/members", new { members = new[] { scene.Victim.Name } });
        }),
        new("remove and invite again who declined", async (scene, isInnocent) =>
        {
            var group = await scene.GroupAsync(scene.Mark, scene.Victim.Name);
            await (isInnocent ? Task.CompletedTask : scene.Victim.DoAsync("POST", $"/api/requests/{group}/decline", new { }));
            await (isInnocent
                ? Task.FromResult<System.Text.Json.JsonElement>(default)
                : scene.TryAsync(scene.Mallory, "DELETE", $"conversations/{group}/members/{scene.Victim.Name}"));
            await scene.TryAsync(scene.Mallory, "POST", $"conversations/{group}/members", new { members = new[] { scene.Victim.Name } });
        }),
        new("have somebody else in the group invite who declined", async (scene, isInnocent) =>
        {
            await scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Friend.Name);
            var group = await scene.GroupAsync("Trip", scene.Friend.Name, scene.Victim.Name);
            await scene.TryAsync(scene.Mallory, "PATCH", $"conversations/{group}/members/{scene.Friend.Name}", new { role = "admin" });
            await DeclineAsync(scene, group, isInnocent);
            await scene.TryAsync(scene.Mallory, "PATCH", $"conversations/{group}", new { title = scene.Mark });
            await scene.TryAsync(scene.Friend, "POST", $"conversations/{group}/members", new { members = new[] { scene.Victim.Name } });
        }),
        new("invite who declined to another group", async (scene, isInnocent) =>
        {
            await DeclineAsync(scene, await scene.GroupAsync("Trip", scene.Victim.Name), isInnocent);
            await scene.GroupAsync(scene.Mark, scene.Victim.Name);
        }),
        new("add who declined to another group", async (scene, isInnocent) =>
        {
            await DeclineAsync(scene, await scene.GroupAsync("Trip", scene.Victim.Name), isInnocent);
            var group = await scene.GroupAsync(scene.Mark, scene.As("helper").Name);
            await scene.TryAsync(scene.Mallory, "POST", $"conversations/{group}/members", new { members = new[] { scene.Victim.Name } });
        }),
        new("invite to a group who declined to be written to", async (scene, isInnocent) =>
        {
            await DeclineAsync(scene, await scene.AskedAsync(), isInnocent);
            await scene.GroupAsync(scene.Mark, scene.Victim.Name);
        }),
        new("invite more strangers than a day has", async (scene, isInnocent) =>
        {
            await scene.GroupAsync("Everybody", [.. Enumerable.Range(0, isInnocent ? 19 : 20).Select(n => scene.As($"stranger{n}").Name)]);
            await scene.GroupAsync(scene.Mark, scene.Victim.Name);
        }),
        new("write to a group into which nobody came yet", async (scene, isInnocent) =>
        {
            await (isInnocent ? scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Victim.Name) : Task.CompletedTask);
            await scene.SayAsync(await scene.GroupAsync("Trip", scene.Victim.Name), new { text = scene.Mark });
        }),
        new("mention somebody who is only invited", async (scene, isInnocent) =>
        {
            await (isInnocent ? scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Victim.Name) : Task.CompletedTask);
            var group = await scene.GroupAsync("Trip", scene.Victim.Name);
            await scene.SayAsync(
                group, new { text = $"@v {scene.Mark}", mentions = new[] { new { userId = scene.Victim.Name, offset = 0, length = 2 } } });
        }),
        new("say it to who is only invited by the description", async (scene, isInnocent) =>
        {
            await (isInnocent ? scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Victim.Name) : Task.CompletedTask);
            var group = await scene.GroupAsync("Trip", scene.Victim.Name);
            await scene.TryAsync(scene.Mallory, "PATCH", $"conversations/{group}", new { description = scene.Mark });
        }),
    ];

    private static IEnumerable<Abuse> AroundBlocksAndBans =>
    [
        Blocked("write on", (scene, direct) => scene.SayAsync(direct, new { text = scene.Mark })),
        Blocked("send a batch", (scene, direct) => scene.BatchAsync(direct, scene.Mark)),
        Blocked("forward", (scene, direct) => scene.ForwardAsync(direct, scene.Mark)),
        Blocked("schedule", (scene, direct) => scene.ScheduleAsync(direct, scene.Mark)),
        Blocked("edit what was said before", async (scene, direct) => await scene.TryAsync(
            scene.Mallory, "PATCH", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}", new { text = scene.Mark })),
        Blocked("react", async (scene, direct) => await scene.TryAsync(
            scene.Mallory, "PUT", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}/reactions/:{scene.Mark}:")),
        Blocked("open another conversation", async (scene, _) => await scene.SayAsync(await IdAsync(scene), new { text = scene.Mark })),
        new("schedule before the block", async (scene, isInnocent) =>
            await scene.ScheduleAsync(await scene.OpenAsync(), scene.Mark, isInnocent ? null : scene.BlockAsync)),
        new("schedule before the ban", async (scene, isInnocent) =>
            await scene.ScheduleAsync(await scene.OpenAsync(), scene.Mark, isInnocent ? null : scene.BanAsync)),
        new("write on when banned", async (scene, isInnocent) =>
        {
            var direct = await scene.OpenAsync();
            await (isInnocent ? Task.CompletedTask : scene.BanAsync());
            await scene.SayAsync(direct, new { text = scene.Mark });
        }),
        new("add to a group who blocks one", async (scene, isInnocent) =>
        {
            await scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Victim.Name);
            await (isInnocent ? Task.CompletedTask : scene.BlockAsync());
            await scene.SayAsync(await scene.GroupAsync(scene.Mark, scene.Victim.Name), new { text = scene.Mark });
        }),
        new("be put beside the victim by a friend of both", async (scene, isInnocent) =>
        {
            await scene.Host.AreFriendsAsync(scene.Friend.Name, scene.Victim.Name);
            await scene.Host.AreFriendsAsync(scene.Friend.Name, scene.Mallory.Name);
            await (isInnocent ? Task.CompletedTask : scene.BlockAsync());
            var group = await scene.GroupOfAsync(scene.Friend, "Trip", scene.Mallory.Name, scene.Victim.Name);
            await scene.TryAsync(scene.Mallory, "POST", $"requests/{group}/accept");
            await scene.SayAsync(group, new { text = scene.Mark });
        }),
        new("come by the victim's link", async (scene, isInnocent) =>
        {
            var group = await scene.GroupOfAsync(scene.Victim, "Mine", scene.Friend.Name);
            var code = (await scene.TryAsync(scene.Victim, "POST", $"conversations/{group}/invite-links", new { })).Text("code");
            await (isInnocent ? Task.CompletedTask : scene.BlockAsync());
            await scene.TryAsync(scene.Mallory, "POST", $"invites/{code}/join");
            await scene.SayAsync(group, new { text = scene.Mark });
        }),
    ];

    private static IEnumerable<Abuse> AroundTheFilter =>
    [
        Listing("in a text", (scene, text) => InOpenAsync(scene, direct => scene.SayAsync(direct, new { text }))),
        Listing(
            "in a batch, between others", (scene, text) => InOpenAsync(scene, direct => scene.BatchAsync(direct, "before", text, "after"))),
        Listing("in a scheduled message", (scene, text) => InOpenAsync(scene, direct => scene.ScheduleAsync(direct, text))),
        Listing("in an edit", (scene, text) => InOpenAsync(scene, async direct => await scene.TryAsync(
            scene.Mallory, "PATCH", $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}", new { text }))),
        Listing("in a reply", (scene, text) => InOpenAsync(
            scene, async direct => await scene.SayAsync(direct, new { text, replyTo = await FirstAsync(scene, direct) }))),
        Listing("in a thread", (scene, text) => InOpenAsync(
            scene, async direct => await scene.SayAsync(direct, new { text, threadId = await FirstAsync(scene, direct) }))),
        Listing("in a poll's question", (scene, text) => InOpenAsync(
            scene, direct => scene.SayAsync(direct, new { poll = new { question = text, options = new[] { "a", "b" } } }))),
        Listing("in a poll's option", (scene, text) => InOpenAsync(
            scene, direct => scene.SayAsync(direct, new { poll = new { question = "Which?", options = new[] { "a", text } } }))),
        Listing("in a reaction's name", (scene, text) => InOpenAsync(scene, async direct => await scene.TryAsync(
            scene.Mallory,
            "PUT",
            $"conversations/{direct}/messages/{await FirstAsync(scene, direct)}/reactions/:{text.Replace(' ', '_')}:"))),
        Listing("in a group's title", (scene, text) => scene.GroupAsync(text, scene.Victim.Name)),
        Listing("in a group's new title", async (scene, text) => await scene.TryAsync(
            scene.Mallory, "PATCH", $"conversations/{await scene.GroupAsync("Trip", scene.Victim.Name)}", new { title = text })),
        Listing("in a group's description", async (scene, text) =>
        {
            await scene.Host.AreFriendsAsync(scene.Mallory.Name, scene.Victim.Name);
            await scene.TryAsync(
                scene.Mallory, "PATCH", $"conversations/{await scene.GroupAsync("Trip", scene.Victim.Name)}", new { description = text });
        }),
        Listing("in a request", async (scene, text) => await scene.SayAsync(await scene.DirectAsync(), new { text })),
        .. Spellings.Select(spelling => new Abuse($"spell a listed word {spelling.What}", async (scene, isInnocent) =>
            await InOpenAsync(
                scene, direct => scene.SayAsync(direct, new { text = $"{scene.Mark} {spelling.Spell(isInnocent ? Unlisted : Listed)}" })))),
    ];

    private static IEnumerable<(string What, Func<string, string> Spell)> Spellings =>
    [
        ("in capitals", word => word.ToUpperInvariant()),
        ("with zero-width spaces", word => string.Join('\u200B', word.AsEnumerable())),
        ("with soft hyphens", word => string.Join('\u00AD', word.AsEnumerable())),
        ("with word joiners", word => string.Join('\u2060', word.AsEnumerable())),
        ("with a change of direction", word => $"{word[..3]}\u202E\u202C{word[3..]}"),
        ("with variation selectors", word => string.Join('\uFE0F', word.AsEnumerable())),
        ("with tags that nobody sees", word => string.Join("\U000E0061", word.AsEnumerable())),
        ("with Cyrillic letters", word => word.Replace('a', '\u0430').Replace('o', '\u043E')),
        ("with Greek letters", word => word.Replace('o', '\u03BF')),
        ("in full width", word => string.Concat(word.Select(letter => (char)(letter - 'a' + '\uFF41')))),
        ("in mathematical letters", word => string.Concat(word.Select(letter => char.ConvertFromUtf32(letter - 'a' + 0x1D4EA)))),
        ("in circled letters", word => string.Concat(word.Select(letter => (char)(letter - 'a' + '\u24D0')))),
        ("with digits", word => word.Replace('a', '4').Replace('o', '0')),
        ("struck through", word => string.Join('\u0336', word.AsEnumerable()) + "\u0336"),
        ("with accents", word => word.Replace('a', 'á').Replace('w', 'ẃ').Replace('o', 'ó').Replace('r', 'ŕ')),
        ("with one accent", word => word.Replace('d', 'ď')),
        ("with accents of their own", word => string.Join('\u0301', word.AsEnumerable()) + "\u0323"),
        ("with a stroke", word => word.Replace('o', 'ø')),
        ("with vowel signs of another script", word => string.Join('\u0E34', word.AsEnumerable())),
        ("with accents, digits and zero-width spaces", word => word.Replace("a", "4\u200B", StringComparison.Ordinal).Replace('o', 'ö')),
        ("between commas", word => $",{word},"),
    ];

    /// <summary>The victim declines; innocently, they leave it there.</summary>
    private static Task DeclineAsync(Scene scene, string asked, bool isInnocent) =>
        isInnocent ? Task.CompletedTask : scene.Victim.DoAsync("POST", $"/api/requests/{asked}/decline", new { });

    /// <summary>Something after the one message that a request may have; innocently, where the victim follows mallory.</summary>
    private static Abuse InRequest(string what, Func<Scene, string, Task> act) => new(what, async (scene, isInnocent) =>
    {
        await (isInnocent ? scene.FollowAsync() : Task.CompletedTask);
        await act(scene, await scene.AskedAsync());
    });

    /// <summary>Something after the victim has blocked mallory.</summary>
    private static Abuse Blocked(string what, Func<Scene, string, Task> act) =>
        new($"{what} although one is blocked", async (scene, isInnocent) =>
    {
        var direct = await scene.OpenAsync();
        await (isInnocent ? Task.CompletedTask : scene.BlockAsync());
        await act(scene, direct);
    });

    /// <summary>A listed word, marked.</summary>
    private static Abuse Listing(string where, Func<Scene, string, Task> act) =>
        new($"say a listed word {where}", (scene, isInnocent) => act(scene, $"{scene.Mark} {(isInnocent ? Unlisted : Listed)}"));

    private static async Task InOpenAsync(Scene scene, Func<string, Task> act) => await act(await scene.OpenAsync());

    private static async Task<string> IdAsync(Scene scene) =>
        (await scene.TryAsync(scene.Mallory, "POST", "conversations", new { kind = "direct", members = new[] { scene.Victim.Name } }))
            .Text("conversationId")
            ?? "aaaaaaaaaaaaaaaaaaaaaa";

    private static async Task<string> FirstAsync(Scene scene, string conversation) =>
        (await scene.Mallory.MessagesAsync(conversation)).Messages.First(message => message.SenderId == scene.Mallory.Name).MessageId;
}
