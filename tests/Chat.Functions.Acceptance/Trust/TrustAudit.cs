using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>What people see, once nothing is under way: all that the model lets them see, and nothing else.</summary>
internal static class TrustAudit
{
    /// <summary>Looks at everything that somebody sees without opening a conversation, and at what was pushed to them.</summary>
    public static async Task ListsOfAsync(TrustWorld world, string who)
    {
        var keys = world.Ids.GroupBy(one => one.Value, StringComparer.Ordinal)
            .ToDictionary(one => one.Key, one => one.First().Key, StringComparer.Ordinal);
        string KeyOf(string? conversation) => keys.GetValueOrDefault(conversation ?? "", "an unknown one");
        async Task<System.Text.Json.JsonElement> GetAsync(string path) => (await world.AskAsync(who, 0, "GET", path)).Json;

        var requests = await GetAsync("/api/requests?limit=100");
        world.Sees(
            $"the requests of {who}",
            Sorted(requests.List("requests").Select(one => $"{one.Text("from.userId")} in {KeyOf(one.Text("conversationId"))}")),
            model => Sorted(model.RequestsTo(who)));
        Only(world, who, $"the requests of {who}", $"{requests}", model => model.AskedOf(who));

        var blocks = await GetAsync("/api/blocks");
        world.Sees(
            $"the blocks of {who}",
            Sorted(blocks.List("blocks").Select(one => $"{who}>{one.Text("userId")}")),
            model => Sorted(model.Blocks.Where(one => one.StartsWith($"{who}>", StringComparison.Ordinal))));

        var presence = await GetAsync($"/api/presence?users={string.Join(',', TrustWorld.Names)}");
        world.Sees(
            $"the presence that {who} sees",
            Sorted(presence.List("presence").Select(one => one.Text("userId")!)),
            model => Sorted(TrustWorld.Names.Where(name => model.Shows(name, who))));

        var list = await GetAsync("/api/conversations?filter=all&limit=100");
        var listed = list.List("conversations").Select(one => KeyOf(one.Text("conversationId"))).ToList();
        world.Holds($"the list of {who}", Sorted(listed), model => Required(model, who).All(listed.Contains) && listed.All(
            key => key == $"own of {who}" || Allowed(model, who).Contains(key)));
        Only(world, who, $"the list of {who}", $"{list}", model => model.TextsFor(who));

        var sync = await GetAsync("/api/sync?limit=100");
        var synced = sync.List("items").Where(one => one.At("left") is null).Select(one => KeyOf(one.Text("conversationId"))).ToList();
        Assert.Equal(Sorted(listed), Sorted(synced));
        Only(world, who, $"the sync of {who}", $"{sync}", model => model.TextsFor(who));

        foreach (var pushed in world.PushedTo(who))
        {
            var (type, key) = (pushed.Text("type")!, KeyOf(pushed.Text("conversationId")));
            Only(world, who, $"a push to {who}", $"{pushed}", model => model.TextsFor(who));
            var isAllowed = key switch
            {
                "an unknown one" => type is "block.updated" or "user.updated",
                _ when key.StartsWith("own of ", StringComparison.Ordinal) => key == $"own of {who}",
                _ when type is "request.received" or "request.resolved" => world.IsAllowed(
                    who, $"requests of {pushed.Text("conversationId")}")
                    || world.IsAllowed(who, $"events of {pushed.Text("conversationId")}"),
                _ when type.StartsWith("typing.", StringComparison.Ordinal) => world.IsAllowed(
                    who, $"typing of {pushed.Text("data.userId")}"),
                _ => world.IsAllowed(who, $"events of {pushed.Text("conversationId")}"),
            };
            world.Holds($"a push to {who} of {key}", $"{pushed}", _ => isAllowed);
        }
    }

    /// <summary>Looks into a direct conversation, as one of the two.</summary>
    public static async Task PairAsync(TrustWorld world, string pair, string who)
    {
        var page = (await world.AskAsync(who, 1, "GET", $"/api/conversations/{world.Ids[pair]}/messages?limit=100")).Json;
        world.Sees($"the newest messages of {pair} for {who}", Texts(page), model => Newest(model.Pairs[pair].Texts));
    }

    /// <summary>Looks into a group, as somebody in it or not.</summary>
    public static async Task GroupAsync(TrustWorld world, string group, string who)
    {
        var path = $"/api/conversations/{world.Ids[group]}";
        var (answer, members, _) = await world.AskAsync(who, 0, "GET", $"{path}/members");
        world.Sees($"{group} for {who}", answer, model => model.Groups[group].Members.GetValueOrDefault(who) is { IsActive: true }
            ? TrustModel.Ok
            : TrustModel.NoConversation);
        if (answer != TrustModel.Ok)
        {
            return;
        }

        world.Sees(
            $"the members of {group}",
            Sorted(members.List("members").Select(one => $"{one.Text("userId")}: {one.Text("state")}")),
            model => Sorted(model.Groups[group].Members.Where(one => one.Value.State is "active" or "invited")
                .Select(one => $"{one.Key}: {one.Value.State}")));
        var page = (await world.AskAsync(who, 1, "GET", $"{path}/messages?limit=100")).Json;
        // Of whom they block there are stubs.
        var seen = page.List("messages").Where(one => one.Text("text") is not null)
            .ToDictionary(one => Token(one.Text("text")), one => one.Text("senderId")!, StringComparer.Ordinal);
        world.Holds($"the newest messages of {group} for {who}", Texts(page), model =>
        {
            var said = model.Groups[group].Texts.Skip(model.Groups[group].Members[who].From).TakeLast(100).ToList();
            var open = said.Where(one => !model.IsBlocked(who, one.By));
            return open.All(one => seen.ContainsKey(one.Text))
                && seen.Keys.All(text => text.Length == 0 || said.Exists(one => one.Text == text));
        });
    }

    /// <summary>What must be in somebody's list.</summary>
    private static IEnumerable<string> Required(TrustModel model, string who) =>
    [
        .. model.Pairs.Where(
            pair => TrustModel.Other(pair.Key, who) is not null && (pair.Value.AskedBy is null || pair.Value.AskedBy == who))
            .Select(pair => pair.Key),
        .. model.Groups.Where(group => group.Value.Active.Contains(who)).Select(group => group.Key),
    ];

    /// <summary>What may be: also what they opened themselves before the other one asked by it.</summary>
    private static HashSet<string> Allowed(TrustModel model, string who) =>
        [.. Required(model, who), .. model.Pairs.Where(pair => pair.Value.OpenedBy == who).Select(pair => pair.Key)];

    /// <summary>No message is in it but those that are for them, and what they said in their own group.</summary>
    private static void Only(TrustWorld world, string who, string what, string seen, Func<TrustModel, IEnumerable<string>> allowed)
    {
        var tokens = TrustWorld.TokensIn(seen).Where(token => !world.IsAllowed(who, token)).ToList();
        if (tokens.Count > 0)
        {
            world.Holds($"{what} says nothing but what is for them", seen, model => tokens.All(
                allowed(model).ToHashSet(StringComparer.Ordinal).Contains));
        }
    }

    private static string Texts(System.Text.Json.JsonElement page) =>
        string.Join(' ', page.List("messages").Select(one => Token(one.Text("text"))));

    private static string Newest(List<Said> texts) =>
        string.Join(' ', texts.TakeLast(100).Select(said => said.IsTakenBack ? "" : said.Text));

    private static string Token(string? text) => TrustWorld.TokensIn(text ?? "").FirstOrDefault("");

    private static string Sorted(IEnumerable<string> all) => string.Join(", ", all.Order(StringComparer.Ordinal));
}
