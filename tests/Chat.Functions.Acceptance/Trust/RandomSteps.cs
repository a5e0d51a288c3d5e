using System.Globalization;
using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>What people do at random, by every door through which one could reach another.</summary>
internal sealed partial class RandomSteps(TrustWorld world, Random random)
{
    private static readonly string[] Ages = ["18+", "18+", "18+", "unknown", "16-17", "16-17", "u16"];
    private static readonly string?[] Audiences = [null, "everyone", "everyone", "friends", "following", "noOne"];
    private int _last;

    private IReadOnlyList<string> Pairs => [.. world.Ids.Keys.Where(key => key.Contains('|', StringComparison.Ordinal))];

    private IReadOnlyList<string> Groups => [.. world.Ids.Keys.Where(key => key.StartsWith("group", StringComparison.Ordinal))];

    private TrustModel Model => world.Model;

    /// <summary>One more thing that somebody does.</summary>
    public Step Next() => random.Next(100) switch
    {
        < 4 => Person(),
        < 12 => Follow(),
        < 17 => Privacy(),
        < 25 => Block(),
        < 35 => Create(),
        < 73 when Pairs.Count > 0 => InPair(),
        < 78 => CreateGroup(),
        _ when Groups.Count > 0 => InGroup(),
        _ => Create(),
    };

    /// <summary>Two things that two people do at the same instant, in the same place.</summary>
    public Step[] Both()
    {
        if (random.Next(2) == 0 && Pairs.Count > 0)
        {
            var (one, other) = Two(Pick(Pairs));
            return [Racing(one, other), Racing(other, one)];
        }

        if (Groups.Count > 0)
        {
            var group = Pick(Groups);
            var (one, other) = (Admin(group), Pick(TrustWorld.Names));
            var first = one == other || random.Next(2) == 0 ? Add(group, one, other) : Remove(group, one, other);
            return one == other
                ? [first]
                : [first, random.Next(3) switch { 0 => Leave(group, other), 1 => Join(group, other), _ => AnswerGroup(group, other) }];
        }

        return [Create()];

        Step Racing(string by, string other) => random.Next(4) switch
        {
            0 => Block(by, other),
            1 => Answer(by, other),
            _ => Send(by, other, Plain(), mayAsk: true),
        };
    }

    public Step Person(string? name = null)
    {
        name ??= Pick(TrustWorld.Names);
        var (age, isSuspended, at) = (Pick(Ages), random.Next(8) == 0, Instance());
        return new(
            $"the host app says {name} is {age}{(isSuspended ? ", suspended" : "")}",
            model => Change(() => (model.People[name].Age, model.People[name].IsSuspended) = (age, isSuspended)),
            async () =>
        {
            await AgainAsync(() => world.Host(at).SaysAsync(name, age, isSuspended ? "suspended" : "active"));
            return TrustModel.Ok;
        });
    }

    public Step Follow(string? from = null, string? to = null)
    {
        var (one, other) = from is null || to is null ? TwoPeople() : (from, to);
        var (follows, at) = (random.Next(3) > 0, Instance());
        var arrow = TrustModel.Arrow(one, other);
        return new(
            $"{one} {(follows ? "follows" : "doesn't follow")} {other}",
            model => Change(() => _ = follows ? model.Follows.Add(arrow) : model.Follows.Remove(arrow)),
            async () =>
        {
            await AgainAsync(() => world.Host(at).FollowsAsync(one, other, follows));
            return TrustModel.Ok;
        });
    }

    private Step Privacy()
    {
        var (name, message, add) = (Pick(TrustWorld.Names), Pick(Audiences), Pick(Audiences));
        return new(
            $"{name} admits {message} to message and {add} to add",
            model => Change(() => (model.People[name].WhoCanMessage, model.People[name].WhoCanAdd) = (message, add)),
            Ask(name, "PATCH", "/api/me/privacy", new { whoCanMessage = message, whoCanAdd = add }));
    }

    private Step Block()
    {
        var (by, other) = TwoPeople();
        return Block(by, other);
    }

    private Step Block(string by, string other)
    {
        // Nobody has a session of an end of a block, so the other instance may know of it late.
        var isActive = world.IsStormy || (!Model.Blocks.Contains(TrustModel.Arrow(by, other)) && random.Next(3) > 0);
        return new(
            $"{by} {(isActive ? "blocks" : "unblocks")} {other}",
            model => model.Block(by, other, isActive),
            Ask(by, isActive ? "PUT" : "DELETE", $"/api/blocks/{other}"))
        {
            Blocking = isActive ? [by, other] : [],
        };
    }

    private Step Create()
    {
        var (by, other) = TwoPeople();
        var at = Instance();
        if (world.IsStormy && world.Ids.ContainsKey(TrustModel.PairOf(by, other)))
        {
            // What is there is answered as this instance sees it.
            return Follow();
        }

        return new($"{by} opens a conversation with {other}", model => model.Create(by, other), async () =>
        {
            var (answer, json, _) = await world.AskAsync(
                by,
                at,
                "POST",
                "/api/conversations",
                new { kind = "direct", members = new[] { other } },
                world.Ids.GetValueOrDefault(TrustModel.PairOf(by, other)));
            if (answer != TrustModel.Ok)
            {
                return answer;
            }

            world.Ids[TrustModel.PairOf(by, other)] = json.Text("conversationId")!;
            return json.At("request") is null ? TrustModel.Open : TrustModel.Request;
        });
    }

    private Func<Task<string>> InGroup(string group, string by, string method, string path, object? body = null) =>
        Ask(by, method, $"/api/conversations/{world.Ids[group]}/{path}".TrimEnd('/'), body, group);

    private Func<Task<string>> Ask(string who, string method, string path, object? body = null, string? place = null)
    {
        var at = Instance();
        return async () => (await world.AskAsync(who, at, method, path, body, place is null ? null : world.Ids[place])).Answer;
    }

    /// <summary>The host app repeats what isn't answered.</summary>
    private static async Task AgainAsync(Func<Task> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await call();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (attempt < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }

    private void Remember(string answer, System.Text.Json.JsonElement json, string text, string pair, string by)
    {
        if (answer == TrustModel.Ok)
        {
            world.Messages[text] = (json.Text("messageId")!, pair, by);
        }
    }

    private static string Change(Action change)
    {
        change();
        return TrustModel.Ok;
    }

    private string Path(string by, string other, string path) =>
        $"/api/conversations/{world.Ids[TrustModel.PairOf(by, other)]}/{path}".TrimEnd('/');

    private string Plain() => string.Create(CultureInfo.InvariantCulture, $"t{++_last}x");

    private string Admin(string group) =>
        Pick([.. Model.Groups[group].Members.Where(one => one.Value is { IsActive: true, Role: not "member" }).Select(one => one.Key)]);

    private (string One, string Other) Two(string pair)
    {
        var names = pair.Split('|');
        return random.Next(2) == 0 ? (names[0], names[1]) : (names[1], names[0]);
    }

    private (string One, string Other) TwoPeople()
    {
        var one = Pick(TrustWorld.Names);
        return (one, Pick([.. TrustWorld.Names.Where(name => name != one)]));
    }

    private List<string> Some() => [.. TrustWorld.Names.Where(_ => random.Next(3) == 0)];

    private int Instance() => random.Next(2);

    private T Pick<T>(IReadOnlyList<T> some) => some[random.Next(some.Count)];
}
