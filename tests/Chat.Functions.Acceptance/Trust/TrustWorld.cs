using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit.Sdk;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>
/// Some people and two instances of the app over one store, beside the model: each step is done by both, and their answers must agree.
/// Where two steps are done at once either may be the first, so there may be several models for a while.
/// </summary>
internal sealed partial class TrustWorld : IAsyncDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(1);

    private static readonly Dictionary<string, string?> Settings = new(ChatApp.Strict, StringComparer.Ordinal)
    {
        ["Limits:RequestWindow"] = "1.00:00:00",
        ["Limits:EditWindow"] = "365.00:00:00",
        ["Limits:UnsendWindow"] = "365.00:00:00",
        ["Logging:LogLevel:Default"] = "None",
    };

    /// <summary>Time jumps by days, and tokens are to last.</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(1000);

    private readonly JumpingClock _clock;
    private readonly Faults _faults;
    private readonly LocalAzure _azure;
    private readonly ChatApp[] _instances;
    private readonly Dictionary<(string Name, int Instance), Person> _people = [];
    private readonly Dictionary<string, Phone> _phones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _sessions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withBlocks = new(StringComparer.Ordinal);
    private readonly HashSet<string> _allowed = new(StringComparer.Ordinal);
    private readonly List<string> _history = [];
    private List<TrustModel> _models = [new()];

    private TrustWorld(LocalAzure azure, Faults faults, JumpingClock clock, ChatApp[] instances) =>
        (_azure, _faults, _clock, _instances) = (azure, faults, clock, instances);

    /// <summary>The people, each with a group of their own that nobody tries anything in.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ann", "ben", "cat", "dan", "eve", "fay"];

    /// <summary>One of the models that agree with all that was seen.</summary>
    public TrustModel Model => _models[0];

    /// <summary>Conversations by the model's name for them.</summary>
    public Dictionary<string, string> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>The codes of invite links, by group and maker.</summary>
    public Dictionary<(string Group, string Maker), string> Codes { get; } = [];

    /// <summary>The ids of direct messages that were answered, by their text; in which conversation, by whom.</summary>
    public ConcurrentDictionary<string, (string Id, string Place, string By)> Messages { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Whether replicas lag: then nobody has a session of what comes due, and a minute isn't longer than they lag.</summary>
    public bool IsStormy { get; private set; }

    public static async Task<TrustWorld> StartAsync(int seed)
    {
        var (clock, faults) = (new JumpingClock(), new Faults(seed));
        var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        var world = new TrustWorld(
            azure, faults, clock, [await ChatApp.StartAsync(azure, Settings), await ChatApp.StartAsync(azure, Settings)]);
        await world.Any("zed", 0).AskAsync("PATCH", "/api/me/privacy", new { whoCanAdd = "everyone" });
        foreach (var name in Names)
        {
            world.Model.People[name] = new PersonState();
            world.Ids[$"own of {name}"] = (await world.Any(name, 0).CreateGroupAsync("Mine", "zed")).ConversationId;
            world._phones[name] = new Phone(() => world.Any(name, 1));
        }

        return world;
    }

    /// <summary>Does a step, or two at once, and drops the models that don't agree with the answers.</summary>
    public async Task DoAsync(params Step[] steps)
    {
        var names = string.Join(" and ", steps.Select(step => step.What));
        var answers = await Task.WhenAll(steps.Select(step => step.TryAsync()));
        var seen = string.Join(" and ", answers);
        _history.Add($"{_history.Count}. {names}: {seen}");

        IEnumerable<Step[]> orders = steps.Length == 1 ? [steps] : [steps, [.. steps.Reverse()]];
        var expected = new HashSet<string>(StringComparer.Ordinal);
        List<TrustModel> left = [];
        foreach (var (model, order) in _models.SelectMany(
            model => orders.Select(order => (steps.Length == 1 ? model : model.Clone(), order))))
        {
            var said = new Dictionary<Step, string>();
            List<string> meanwhile = [];
            foreach (var step in order)
            {
                said[step] = step.Expected(model);
                meanwhile.AddRange(PushesOf(model));
            }

            var all = string.Join(" and ", steps.Select(step => said[step]));
            expected.Add(all);
            if (all == seen)
            {
                // Also what is over already: a membership, say, that began and ended within two steps.
                _allowed.UnionWith(meanwhile);
                left.Add(model);
            }
        }

        Keep(left, names, seen, expected);
        var before = _withBlocks.Count;
        _withBlocks.UnionWith(steps.SelectMany(step => step.Blocking));
        if (_withBlocks.Count > before)
        {
            // The first block between a user and anybody is overlooked by other instances for as long as they keep settings.
            _clock.Jump(TimeSpan.FromSeconds(31));
        }
    }

    /// <summary>Drops the models that don't agree with something that somebody sees.</summary>
    public void Sees(string what, string seen, Func<TrustModel, string> expected) =>
        Keep([.. _models.Where(model => expected(model) == seen)], what, seen, _models.Select(expected));

    /// <summary>Something holds in one of the models.</summary>
    public void Holds(string what, string seen, Func<TrustModel, bool> holds) =>
        Keep([.. _models.Where(holds)], what, seen, ["something else"]);

    /// <summary>From now on a request may be sent again.</summary>
    public void JumpOverWindow()
    {
        _clock.Jump(Window + TimeSpan.FromMinutes(1));
        _models.ForEach(model => model.Era++);
        _history.Add($"{_history.Count}. The window is over.");
    }

    /// <summary>Lets time pass until nothing is scheduled any more.</summary>
    public async Task LetComeDueAsync(string who, string conversation, TimeSpan ahead)
    {
        _clock.Jump(ahead);
        await Eventually.SeesAsync(
            _clock,
            async () =>
                (await AskAsync(who, 0, "GET", $"/api/conversations/{conversation}/scheduled", conversation: conversation)).Json.List(
                    "scheduled").Count,
            left => left == 0);
    }

    /// <summary>Everything fails now and then, and replicas are a few writes behind.</summary>
    public void RaiseStorm()
    {
        foreach (var (service, operation, kind, chance) in new[]
        {
            ("cosmos", "*", FaultKind.ResetBefore, 0.01),
            ("cosmos", "*", FaultKind.ResetAfter, 0.02),
            ("cosmos", "*", FaultKind.TimeoutAfter, 0.02),
            ("cosmos", "*", FaultKind.Throttle, 0.02),
            ("cosmos", "*", FaultKind.Fail, 0.02),
            ("cosmos", "batch", FaultKind.FalsePrecondition, 0.05),
            ("servicebus", "send", FaultKind.ResetBefore, 0.05),
            ("servicebus", "send", FaultKind.ResetAfter, 0.05),
            ("servicebus", "receive", FaultKind.Duplicate, 0.1),
            ("servicebus", "receive", FaultKind.Reorder, 0.1),
            ("signalr", "send-user", FaultKind.Fail, 0.05),
            ("signalr", "send-user", FaultKind.ResetAfter, 0.05),
        })
        {
            _faults.Add(new Fault(service, operation, kind) { Probability = chance });
        }

        IsStormy = true;
        _azure.Cosmos.LagReads("chat", "conversations", 5);
    }

    public async Task CalmAsync()
    {
        _faults.Clear();
        IsStormy = false;
        _azure.Cosmos.LagReads("chat", "conversations", 0);
        await Settled.IsAsync(_azure, _clock);
    }

    /// <summary>What was pushed to somebody since the world began.</summary>
    public IReadOnlyList<JsonElement> PushedTo(string who) => _phones[who].Events();

    /// <summary>Notes that something may be pushed to somebody, from now on.</summary>
    public void Allow(string who, string what) => _allowed.Add(Allowance(who, what));

    public bool IsAllowed(string who, string what) => _allowed.Contains(Allowance(who, what));

    /// <summary>
    /// Asks through one of the instances, with the conversation's newest sessions as clients do, and again through the other one while
    /// the app asks for that. The answer is <c>ok</c>, or the code of the refusal.
    /// </summary>
    /// <param name="who">Who asks.</param>
    /// <param name="instance">Which instance is asked first.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The address.</param>
    /// <param name="body">What is said; null for nothing.</param>
    /// <param name="conversation">The conversation that it is about; null for none.</param>
    /// <param name="key">The <c>Idempotency-Key</c>.</param>
    /// <param name="target">Another conversation that it is about, to which something is forwarded.</param>
    public async Task<(string Answer, JsonElement Json, bool IsRepeat)> AskAsync(
        string who,
        int instance,
        string method,
        string path,
        object? body = null,
        string? conversation = null,
        string? key = null,
        string? target = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            using var answer = await Any(who, instance + attempt)
                .SendAsync(new HttpMethod(method), path, body is null ? null : JsonContent.Create(body), request =>
            {
                if (SessionsOf(conversation, target) is { Length: > 0 } sessions)
                {
                    request.Headers.TryAddWithoutValidation("Chat-Session", sessions);
                }

                if (key is not null)
                {
                    request.Headers.Add("Idempotency-Key", key);
                }
            });
            var text = await answer.Content.ReadAsStringAsync();
            if (IsToBeRepeated(answer.StatusCode, text) && TimeProvider.System.GetElapsedTime(start) < Eventually.Timeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                continue;
            }

            var json = text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
            if (answer.Headers.TryGetValues("Chat-Session", out var session))
            {
                Remember(session.Single(), conversation ?? (answer.IsSuccessStatusCode ? json.Text("conversationId") : null), target);
            }

            return (
                answer.IsSuccessStatusCode ? TrustModel.Ok : json.Text("code") ?? $"{(int)answer.StatusCode} {text}", json, attempt > 0);
        }
    }

    /// <summary>The tokens of messages in something that was answered or pushed.</summary>
    public static IEnumerable<string> TokensIn(string text) =>
        Token.Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        _faults.Clear();
        await Task.WhenAll(_phones.Values.Select(phone => phone.DisposeAsync().AsTask()));
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await _azure.DisposeAsync();
    }

    public Harness.HostApp Host(int instance) => new(new Person(_instances[instance % 2].Http, "app", "chat.host", TokenLifetime));

    private string SessionsOf(params string?[] places)
    {
        lock (_sessions)
        {
            return string.Join(',', places.OfType<string>().SelectMany(place => _sessions.GetValueOrDefault(place, [])));
        }
    }

    /// <summary>Keeps two: of two calls at once either may be the last that was answered.</summary>
    private void Remember(string session, params string?[] places)
    {
        lock (_sessions)
        {
            foreach (var place in places.OfType<string>())
            {
                _sessions[place] = [.. _sessions.GetValueOrDefault(place, []).Append(session).Distinct(StringComparer.Ordinal).TakeLast(2)];
            }
        }
    }

    /// <summary>
    /// Of a batch or a forward each message may be answered so. The worker's package has nothing to say but 500 when it is too slow.
    /// </summary>
    private static bool IsToBeRepeated(HttpStatusCode status, string text) =>
        status == HttpStatusCode.ServiceUnavailable
            || (status == HttpStatusCode.InternalServerError && text.Length == 0)
            || (status == HttpStatusCode.OK && text.Contains("\"code\":\"unavailable\"", StringComparison.Ordinal));

    private Person Any(string name, int instance)
    {
        lock (_people)
        {
            return _people.TryGetValue((name, instance % 2), out var person)
                ? person
                : _people[(name, instance % 2)] = new Person(_instances[instance % 2].Http, name, lifetime: TokenLifetime);
        }
    }

    /// <summary>What may be pushed to whom besides messages, whatever comes after.</summary>
    private IEnumerable<string> PushesOf(TrustModel model)
    {
        foreach (var (key, pair) in model.Pairs)
        {
            var names = key.Split('|');
            foreach (var name in names.Where(name => pair.AskedBy is null || pair.AskedBy == name || pair.OpenedBy == name))
            {
                yield return Allowance(name, $"events of {Ids.GetValueOrDefault(key)}");
            }

            if (pair is { AskedBy: { } by, SentIn: not null })
            {
                yield return Allowance(names.Single(name => name != by), $"requests of {Ids.GetValueOrDefault(key)}");
            }
        }

        foreach (var (key, group) in model.Groups)
        {
            foreach (var (name, member) in group.Members)
            {
                yield return Allowance(name, $"{(member.IsActive ? "events" : "requests")} of {Ids.GetValueOrDefault(key)}");
            }
        }
    }

    private static string Allowance(string who, string what) => $"{who}: {what}";

    private void Keep(List<TrustModel> left, string what, string seen, IEnumerable<string> expected)
    {
        if (left.Count == 0)
        {
            var all = string.Join("; or ", expected.Distinct(StringComparer.Ordinal));
            throw new XunitException(
                $"{what}\nseen: {seen}\nexpected: {all}\nmodel: {Model.Fingerprint()}\n{string.Join('\n', _history)}");
        }

        _models = left.Count == 1 ? left : [.. left.DistinctBy(model => model.Fingerprint())];
    }

    [GeneratedRegex(@"\bt\d+x\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token { get; }
}

/// <summary>Something that somebody does.</summary>
/// <param name="What">In words.</param>
/// <param name="Expected">What the model answers, which changes it.</param>
/// <param name="TryAsync">What the app answers.</param>
internal sealed record Step(string What, Func<TrustModel, string> Expected, Func<Task<string>> TryAsync)
{
    /// <summary>Between whom there is a block from then on, perhaps.</summary>
    public IReadOnlyList<string> Blocking { get; init; } = [];
}
