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
            return one == other ? [first] : [first, random.Next(3) switch { 0 => Leave(group, other), 1 => Join(group, other), _ => AnswerGroup(group, other) }];
        }

        return [Create()];

        Step Racing(string by, string other) => random.Next(4) switch { 0 => Block(by, other), 1 => Answer(by, other), _ => Send(by, other, Plain(), mayAsk: true) };
    }

    public Step Person(string? name = null)
    {
        name ??= Pick(TrustWorld.Names);
        var (age, isSuspended, at) = (Pick(Ages), random.Next(8) == 0, Instance());
        return new($"the host app says {name} is {age}{(isSuspended ? ", suspended" : "")}", model => Change(() => (model.People[name].Age, model.People[name].IsSuspended) = (age, isSuspended)), async () =>
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
        return new($"{one} {(follows ? "follows" : "doesn't follow")} {other}", model => Change(() => _ = follows ? model.Follows.Add(arrow) : model.Follows.Remove(arrow)), async () =>
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
        return new($"{by} {(isActive ? "blocks" : "unblocks")} {other}", model => model.Block(by, other, isActive), Ask(by, isActive ? "PUT" : "DELETE", $"/api/blocks/{other}"))
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

    /// <summary>In a storm only what is committed: what is only read, or is so already, an instance may answer by what it has.</summary>
    private Step InPair()
    {
        var (by, other) = Two(Pick(Pairs));
        return random.Next(20) switch
        {
            < 6 => Send(by, other, Plain(), mayAsk: true),
            6 => Send(by, other, $"Look at https://example.com {Plain()}", mayAsk: false),
            7 => Send(by, other, $"{new string('a', 500)} {Plain()}", mayAsk: false),
            8 => Send(by, other, $"@{other} {Plain()}", mayAsk: false, new { mentions = new[] { new { userId = other, offset = 0, length = other.Length + 1 } } }),
            9 => Batch(by, other),
            10 => Forward(by, other),
            11 when !world.IsStormy => Schedule(by, TrustModel.PairOf(by, other), (model, text) => model.Send(by, other, text, mayAsk: true)),
            12 when !world.IsStormy => Typing(by, other),
            13 when !world.IsStormy => OnMessage(by, other, "reacts in", id => ("PUT", $"messages/{id}/reactions/:hey:", null), (model, _) => model.Notice(by, other)),
            14 when !world.IsStormy => OnMessage(by, other, "pins in", id => ("PUT", $"messages/{id}/pin", null), (model, _) => model.Notice(by, other)),
            15 => Edit(by, other),
            16 => OnMessage(by, other, "takes back in", id => ("DELETE", $"messages/{id}", null), (model, text) => model.TakeBack(by, other, text), text => world.Messages.TryRemove(text, out _)),
            17 when !world.IsStormy => new($"{by} has messages of {other} disappear", model => model.Notice(by, other), Ask(by, "PATCH", Path(by, other, ""), new { messageTtl = 0 }, TrustModel.PairOf(by, other))),
            _ => Answer(by, other),
        };
    }

    private Step Send(string by, string other, string text, bool mayAsk, object? more = null)
    {
        var (pair, at, key) = (TrustModel.PairOf(by, other), Instance(), Guid.NewGuid().ToString("N"));
        var content = Harness.Person.Under(key, more ?? new { });
        content["text"] = text;
        var token = TrustWorld.TokensIn(text).Single();
        return new($"{by} sends {other} {(mayAsk ? "" : "more than a request may say, ")}{token}", model => model.Send(by, other, token, mayAsk), async () =>
        {
            var (answer, json, _) = await world.AskAsync(by, at, "POST", Path(by, other, "messages"), content, world.Ids[pair]);
            Remember(answer, json, token, pair, by);
            return answer;
        });
    }

    private Step Batch(string by, string other)
    {
        var (pair, at, one, two) = (TrustModel.PairOf(by, other), Instance(), Plain(), Plain());
        var body = new { messages = new[] { new { clientMessageId = one, text = one }, new { clientMessageId = two, text = two } } };
        return new($"{by} sends {other} {one} and {two} at once", Expected, async () =>
        {
            var (answer, json, _) = await world.AskAsync(by, at, "POST", Path(by, other, "messages/batch"), body, world.Ids[pair]);
            if (answer != TrustModel.Ok)
            {
                return answer;
            }

            var results = json.List("results");
            Remember(results[0].Text("problem.code") ?? TrustModel.Ok, results[0].At("message") ?? default, one, pair, by);
            Remember(results[1].Text("problem.code") ?? TrustModel.Ok, results[1].At("message") ?? default, two, pair, by);
            return string.Join(", ", results.Select(result => result.Text("problem.code") ?? TrustModel.Ok));
        });

        // Refused as a whole when nothing could be sent.
        string Expected(TrustModel model)
        {
            var (first, second) = (model.Send(by, other, one, mayAsk: true), model.Send(by, other, two, mayAsk: true));
            return first == second && first is TrustModel.Refused or TrustModel.Pending ? first : $"{first}, {second}";
        }
    }

    private Step Forward(string by, string other)
    {
        var (pair, at, text) = (TrustModel.PairOf(by, other), Instance(), Plain());
        var own = world.Ids[$"own of {by}"];
        return new($"{by} forwards {text} to {other}", model => model.Send(by, other, text, mayAsk: true), async () =>
        {
            world.Allow(by, text);
            var (_, sent, _) = await world.AskAsync(by, at, "POST", $"/api/conversations/{own}/messages", new { clientMessageId = text, text }, own);
            var (answer, json, _) = await world.AskAsync(by, at, "POST", $"/api/conversations/{own}/messages/{sent.Text("messageId")}/forward", new { clientMessageId = text, to = new[] { world.Ids[pair] } }, own);
            if (answer == TrustModel.Ok)
            {
                answer = json.List("results")[0].Text("problem.code") ?? TrustModel.Ok;
                Remember(answer, json.List("results")[0].At("message") ?? default, text, pair, by);
            }

            return answer;
        });
    }

    /// <summary>Schedules a message and lets its time come.</summary>
    private Step Schedule(string by, string place, Func<TrustModel, string, string> send)
    {
        var (at, text, id) = (Instance(), Plain(), world.Ids[place]);
        return new(
            $"{by} schedules {text} in {place}",
            model => send(model, text) == TrustModel.NoConversation ? TrustModel.NoConversation : TrustModel.Ok,
            async () =>
            {
                var due = world.Now + TimeSpan.FromSeconds(90);
                var (answer, _, _) = await world.AskAsync(by, at, "POST", $"/api/conversations/{id}/scheduled", new { clientMessageId = text, text, dueAt = due }, id);
                if (answer == TrustModel.Ok)
                {
                    await world.LetComeDueAsync(by, id, TimeSpan.FromSeconds(91));
                }

                return answer;
            });
    }

    private Step Typing(string by, string other) => new(
        $"{by} types to {other}",
        model =>
        {
            if (model.Shows(by, other))
            {
                world.Allow(other, $"typing of {by}");
            }

            return TrustModel.Ok;
        },
        Ask(by, "POST", Path(by, other, "typing"), new { typing = random.Next(2) == 0 }, TrustModel.PairOf(by, other)));

    private Step Edit(string by, string other)
    {
        var later = Plain();
        return OnMessage(by, other, $"edits to {later} in", id => ("PATCH", $"messages/{id}", new { text = later }), (model, text) => model.Edit(by, other, text, later), text =>
        {
            if (world.Messages.TryRemove(text, out var message))
            {
                world.Messages[later] = message;
            }
        });
    }

    /// <summary>Does something to a message of a pair's; sends one where there is none.</summary>
    /// <param name="by">Who does.</param>
    /// <param name="other">The other one of the pair.</param>
    /// <param name="what">What, in words.</param>
    /// <param name="call">The call for a message's id.</param>
    /// <param name="expected">What the model answers about a text.</param>
    /// <param name="done">What to note of a text when it is done; null if any message of either will do.</param>
    private Step OnMessage(
        string by,
        string other,
        string what,
        Func<string, (string Method, string Path, object? Body)> call,
        Func<TrustModel, string, string> expected,
        Action<string>? done = null)
    {
        var pair = TrustModel.PairOf(by, other);
        var some = world.Messages.Where(one => one.Value.Place == pair && (done is null || one.Value.By == by)).Select(one => one.Key).ToList();
        if (some.Count == 0)
        {
            return Send(by, other, Plain(), mayAsk: true);
        }

        var (text, at) = (Pick(some), Instance());
        return new($"{by} {what} {pair} {text}", model => expected(model, text), async () =>
        {
            var (method, path, body) = call(world.Messages[text].Id);
            var (answer, _, _) = await world.AskAsync(by, at, method, Path(by, other, path), body, world.Ids[pair]);
            if (answer == TrustModel.Ok)
            {
                done?.Invoke(text);
            }

            return answer;
        });
    }

    private Step Answer(string by, string other)
    {
        var (pair, isAccepted, andBlock) = (TrustModel.PairOf(by, other), random.Next(5) > 1, random.Next(5) == 0);
        return new(
            $"{by} {(isAccepted ? "accepts" : andBlock ? "declines and blocks" : "declines")} {other}",
            model => model.Answer(by, other, isAccepted, andBlock && !isAccepted),
            Ask(by, "POST", $"/api/requests/{world.Ids[pair]}/{(isAccepted ? "accept" : "decline")}", isAccepted ? null : new { block = andBlock }, pair))
        {
            Blocking = andBlock && !isAccepted ? [by, other] : [],
        };
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

    private string Path(string by, string other, string path) => $"/api/conversations/{world.Ids[TrustModel.PairOf(by, other)]}/{path}".TrimEnd('/');

    private string Plain() => string.Create(CultureInfo.InvariantCulture, $"t{++_last}x");

    private string Admin(string group) => Pick([.. Model.Groups[group].Members.Where(one => one.Value is { IsActive: true, Role: not "member" }).Select(one => one.Key)]);

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
