using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>What two say to each other, or try to.</summary>
internal sealed partial class RandomSteps
{
    /// <summary>In a storm only what is committed: what is only read, or is so already, an instance may answer by what it has.</summary>
    private Step InPair()
    {
        var (by, other) = Two(Pick(Pairs));
        return random.Next(20) switch
        {
            < 6 => Send(by, other, Plain(), mayAsk: true),
            6 => Send(by, other, $"Look at https://example.com {Plain()}", mayAsk: false),
            7 => Send(by, other, $"{new string('a', 500)} {Plain()}", mayAsk: false),
            8 => Send(by, other, $"@{other} {Plain()}", mayAsk: false, new
            {
                mentions = new[] { new { userId = other, offset = 0, length = other.Length + 1 } },
            }),
            9 => Batch(by, other),
            10 => Forward(by, other),
            11 when !world.IsStormy => Schedule(
                by, TrustModel.PairOf(by, other), (model, text) => model.Send(by, other, text, mayAsk: true)),
            12 when !world.IsStormy => Typing(by, other),
            13 when !world.IsStormy => OnMessage(
                by, other, "reacts in", id => ("PUT", $"messages/{id}/reactions/:hey:", null), (model, _) => model.Notice(by, other)),
            14 when !world.IsStormy => OnMessage(
                by, other, "pins in", id => ("PUT", $"messages/{id}/pin", null), (model, _) => model.Notice(by, other)),
            15 => Edit(by, other),
            16 => OnMessage(
                by,
                other,
                "takes back in",
                id => ("DELETE", $"messages/{id}", null),
                (model, text) => model.TakeBack(by, other, text),
                text => world.Messages.TryRemove(text, out _)),
            17 when !world.IsStormy => new(
                $"{by} has messages of {other} disappear",
                model => model.Notice(by, other),
                Ask(by, "PATCH", Path(by, other, ""), new { messageTtl = 0 }, TrustModel.PairOf(by, other))),
            _ => Answer(by, other),
        };
    }

    private Step Send(string by, string other, string text, bool mayAsk, object? more = null)
    {
        var (pair, at, key) = (TrustModel.PairOf(by, other), Instance(), Guid.NewGuid().ToString("N"));
        var content = Harness.Person.Under(key, more ?? new { });
        content["text"] = text;
        var token = TrustWorld.TokensIn(text).Single();
        return new(
            $"{by} sends {other} {(mayAsk ? "" : "more than a request may say, ")}{token}",
            model => model.Send(by, other, token, mayAsk),
            async () =>
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
            var (_, sent, _) = await world.AskAsync(
                by, at, "POST", $"/api/conversations/{own}/messages", new { clientMessageId = text, text }, own);
            var (answer, json, _) = await world.AskAsync(
                by,
                at,
                "POST",
                $"/api/conversations/{own}/messages/{sent.Text("messageId")}/forward",
                new { clientMessageId = text, to = new[] { world.Ids[pair] } },
                own,
                target: world.Ids[pair]);
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
                var (answer, _, _) = await world.AskAsync(
                    by, at, "POST", $"/api/conversations/{id}/scheduled", new { clientMessageId = text, text, dueAt = due }, id);
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
        return OnMessage(
            by,
            other,
            $"edits to {later} in",
            id => ("PATCH", $"messages/{id}", new { text = later }),
            (model, text) => model.Edit(by, other, text, later),
            text =>
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
        var some = world.Messages.Where(one => one.Value.Place == pair && (done is null || one.Value.By == by)).Select(one => one.Key)
            .ToList();
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
            Ask(
                by,
                "POST",
                $"/api/requests/{world.Ids[pair]}/{(isAccepted ? "accept" : "decline")}",
                isAccepted ? null : new { block = andBlock },
                pair))
        {
            Blocking = andBlock && !isAccepted ? [by, other] : [],
        };
    }
}
