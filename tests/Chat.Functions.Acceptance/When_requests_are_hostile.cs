using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Api;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Whatever docs/openapi.yaml doesn't allow is refused as it says there, and leaves nothing behind.</summary>
/// <remarks>
/// There are more than 100,000 ways to be wrong; one in thirty-two is tried, and all of them with <c>CHAT_ONE_ATTACK_IN=1</c>.
/// </remarks>
public sealed class When_requests_are_hostile : IAsyncLifetime
{
    private const int Seed = 20260131;
    private static readonly int OneIn = int.Parse(
        Environment.GetEnvironmentVariable("CHAT_ONE_ATTACK_IN") ?? "32", CultureInfo.InvariantCulture);
    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 32 };

    private readonly ConcurrentQueue<string> _faults = [];
    private ChatApp _app = null!;

    public async Task InitializeAsync() => _app = await ChatApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Should_refuse_each_and_change_nothing()
    {
        var (random, worlds, attacks) = (new Random(Seed), new List<World>(), new List<Attack>());
        bool IsTried() => random.Next(OneIn) == 0;
        foreach (var operation in ApiOperation.All)
        {
            var world = await World.PrepareAsync(_app, operation);
            worlds.Add(world);
            foreach (var example in operation.Examples().Take(operation.Body?.Examples.Count ?? 1))
            {
                var valid = await world.PlaceAsync(example);
                attacks.AddRange([.. HostileHeads.Of(valid, random).Where(_ => IsTried()), .. HostileBodies.Of(valid, random, IsTried)]);
            }
        }

        Assert.True(attacks.Count >= 100_000 / OneIn, $"There are but {attacks.Count} attacks.");
        await using var phone = await _app.As("bob").ListenAsync();
        foreach (var world in worlds)
        {
            await _app.HasDeliveredAsync();
        }

        var before = await SeenAsync(worlds);
        var all = attacks.ToArray();
        random.Shuffle(all);
        await Parallel.ForEachAsync(all, Parallelism, async (attack, _) =>
        {
            if (await attack.TryAsync(_app.Http) is { } fault)
            {
                _faults.Enqueue(fault);
            }
        });
        Assert.True(
            _faults.IsEmpty,
            $"{_faults.Count} of {all.Length} were not refused as documented:\n{string.Join('\n', _faults.Take(50))}");
        Assert.Equal(before, await SeenAsync(worlds));

        // Nor was anybody told of what isn't in the log, up to the next message.
        await _app.As("alice").SendAsync(worlds[0].Conversation, "Still here?");
        await phone.ReceivesAsync(worlds[0].Conversation, "Still here?");
        Assert.DoesNotContain(phone.Events(), pushed => !pushed.TryGetProperty("seq", out _));
    }

    [Fact]
    public async Task Should_take_what_is_odd_and_allowed()
    {
        var random = new Random(Seed);
        var odd =
            from operation in ApiOperation.All
            from example in operation.Examples().Take(operation.Body?.Examples.Count ?? 0)
            from place in JsonPlaces.In(example.Body!)
            from value in HostileValues.Json(JsonPlaces.At(example.Body!, place))
            select (example, place, value);
        var chosen =
            from one in odd.Where(_ => random.Next(OneIn) == 0)
            let body = JsonPlaces.Fill(one.example.Body!, one.place, one.value)
            where body.Length <= new Limits().RequestBody
                && SchemaCheck.Allows(one.example.Operation.Body!.Schema, JsonSerializer.Deserialize<JsonElement>(body))
            group one by one.example.Operation into ofOperation

            // As many as one world takes: a message can be edited but so often.
            from some in ofOperation.Chunk(15)
            select some;
        await Parallel.ForEachAsync(chosen, Parallelism, async (some, _) =>
        {
            var world = await World.PrepareAsync(_app, some[0].example.Operation);
            foreach (var (example, place, value) in some)
            {
                var request = await world.PlaceAsync(example);
                var answer = await (request with { Body = JsonPlaces.Fill(request.Body!, place, value) }).SendAsync(_app.Http);
                if (!IsTaken(answer, place, value) || request.Operation.FaultsOf(answer).Any())
                {
                    _faults.Enqueue($"{request.Operation}, {place} = {(value.Length > 100 ? $"{value[..100]}…" : value)}: {answer}");
                }
            }
        });
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Take(50)));
    }

    [Fact]
    public async Task Should_take_what_is_odd_and_allowed_in_an_address()
    {
        // What a text leads to, only the app knows. There are no GIFs here.
        var odd =
            from operation in ApiOperation.All
            where operation is { Method: "GET", Id: not "searchGifs" }
            from parameter in operation.Parameters
            where parameter is { In: "query", IsText: false }
            from text in HostileValues.Texts
            where parameter.Allows(text)
            select (operation, parameter, text);
        await Parallel.ForEachAsync(odd.GroupBy(one => one.operation), Parallelism, async (some, _) =>
        {
            var valid = await (await World.PrepareAsync(_app, some.Key)).PlaceAsync(some.Key.Examples().First());
            foreach (var (operation, parameter, text) in some)
            {
                var answer = await valid.With(parameter, text).SendAsync(_app.Http);
                if (answer.Status != 200 || operation.FaultsOf(answer).Any())
                {
                    _faults.Enqueue($"{operation}, {parameter.Name}={text}: {answer}");
                }
            }
        });
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Take(50)));
    }

    /// <summary>
    /// A text comes back as it was sent, null as the default. What is refused all the same is so for what is there or set, which no schema
    /// knows, not for how it is said.
    /// </summary>
    private static bool IsTaken(ApiAnswer answer, string place, string value) => answer.Status switch
    {
        204 => true,
        < 300 =>
            value == "null"
                || !(answer.Json.TryGetProperty(place[1..], out var said) && said.ValueKind == JsonValueKind.String)
                || JsonElement.DeepEquals(said, JsonSerializer.Deserialize<JsonElement>(value)),
        400 =>
            answer.Faults.Count > 0
                && answer.Faults.All(
                    fault => fault.Code is "out_of_range" or "too_many" or "not_a_pair" or "not_a_member" or "overlapping" or "repeated"
                        || (fault.Code == "not_allowed"
                            && Regex.IsMatch(place, @"^/(?:cards/\d+/type|blurhash)$", RegexOptions.NonBacktracking))),
        _ => answer.Status < 500,
    };

    /// <summary>
    /// All that can be read in some worlds, but for presence, which changes by itself, and a sync, whose cursor holds the time.
    /// </summary>
    private async Task<IReadOnlyList<string>> SeenAsync(IReadOnlyList<World> worlds)
    {
        // The list follows by delivery.
        await Eventually.SeesAsync(
            () => _app.As("alice").AllConversationsAsync(),
            list => worlds.All(world => list.Exists(one => one.ConversationId == world.Conversation && one.LastMessage is not null)));
        var all = worlds.SelectMany(world => ApiOperation.All
            .Where(one => one is { Method: "GET", NeedsToken: true, Id: not ("getPresence" or "syncInbox") })
            .Select(operation => (World: world, Operation: operation)));

        // The worker's package answers 500 when a call waits some seconds for its other half, as it does where all come at once.
        List<string> seen = [];
        foreach (var some in all.Chunk(16))
        {
            seen.AddRange(await Task.WhenAll(some.Select(one => SeenAsync(one.World, one.Operation))));
        }

        return seen;
    }

    private async Task<string> SeenAsync(World world, ApiOperation operation) =>
        $"{operation}: {await (await world.PlaceAsync(operation.Examples().First())).SendAsync(_app.Http)}";
}
