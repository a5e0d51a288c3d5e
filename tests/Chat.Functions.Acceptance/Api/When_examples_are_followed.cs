using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Api;

/// <summary>Whoever does what the documents show gets what the documents say.</summary>
public sealed class When_examples_are_followed : IAsyncLifetime
{
    /// <summary>What isn't as documented, each once, with where it was seen first.</summary>
    private readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);
    private HookReceiver _host = null!;
    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        _host = await HookReceiver.StartAsync();
        _app = await ChatApp.StartAsync(settings: new Dictionary<string, string?>(_host.SettingsOfGifs, StringComparer.Ordinal)
        {
            ["Cards:ThumbnailHosts"] = "example",
            ["Media:FilesEnabled"] = "true",
        });

        // The first question takes longest, and a busy machine may take too long for it.
        await _app.As("alice").AskAsync("GET", "/api/gifs");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Should_answer_and_push_as_documented()
    {
        var phones = await Task.WhenAll(new[] { "alice", "bob", "carol" }.Select(name => _app.As(name).ListenAsync()));
        await Parallel.ForEachAsync(ApiOperation.All, async (operation, _) => await FollowAsync(operation));
        await Task.WhenAll(World.ToldBy.Values.Select(async tell => await tell(await World.PrepareAsync(_app))));

        // What was pushed, each kind at least once.
        List<JsonElement> Pushed() => [.. phones.SelectMany(phone => phone.Events())];
        await Eventually.HoldsAsync(
            () => ApiEvents.Types.Except(Pushed().Select(pushed => pushed.GetProperty("type").GetString()!)).ToList(),
            unseen => unseen.Count == 0,
            "every event of docs/asyncapi.yaml; "
                + $"for one that no example of docs/openapi.yaml causes, add a line to {nameof(World)}.{nameof(World.ToldBy)}");
        Pushed().ForEach(NoteFaults);
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Select(fault => $"{fault.Key}, in {fault.Value}")));

        // Every query of the app was made by now, and each found its documents by an index.
        Assert.DoesNotContain(_app.Azure.Meter.Read(), reading => reading is { Service: "cosmos", Operation: "scan" });
    }

    [Fact]
    public void Should_show_examples_that_keep_to_their_own_schemas()
    {
        var bodies =
            from operation in ApiOperation.All
            from example in operation.Body?.Examples ?? []
            where !SchemaCheck.Allows(operation.Body!.Schema, example.Value)
            select $"{operation}: {example.Name}";
        var events = ApiEvents.Examples().SelectMany(example => ApiEvents.FaultsOf(example).Select(fault => $"{example}: {fault}"));
        var faults = bodies.Concat(events).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>Every example in a world of its own, and once more: a repeat is answered as documented too.</summary>
    private async Task FollowAsync(ApiOperation operation)
    {
        var statuses = new HashSet<int>();
        foreach (var example in operation.Examples())
        {
            var world = await World.PrepareAsync(_app, operation, example.Name);
            var request = await world.PlaceAsync(example);
            var first = await request.SendAsync(_app.Http);
            var second = await request.SendAsync(_app.Http);
            statuses.UnionWith([first.Status, second.Status]);
            NoteFaults(operation, example, first);
            NoteFaults(operation, example, second);
            if (!operation.Successes.Contains(first.Status))
            {
                NoteFault($"{operation}, {example.Name}: it isn't answered 2xx", $"{first}");
            }

            if (operation.Id != "deleteConversation")
            {
                (await world.As("alice").LogAsync(world.Conversation)).ForEach(NoteFaults);
            }
        }

        foreach (var status in operation.Successes.Except(statuses))
        {
            NoteFault($"{operation}: {status} was never answered; add an example to docs/openapi.yaml that makes it", "all that were");
        }
    }

    private void NoteFaults(ApiOperation operation, ApiRequest example, ApiAnswer answer)
    {
        foreach (var fault in operation.FaultsOf(answer))
        {
            NoteFault($"{operation}: {fault}", $"{example.Name}: {answer}");
        }
    }

    private void NoteFaults(JsonElement pushed)
    {
        foreach (var fault in ApiEvents.FaultsOf(pushed))
        {
            NoteFault($"{pushed.GetProperty("type")}: {fault}", $"{pushed}");
        }
    }

    /// <summary>The same of every item of a list is one.</summary>
    private void NoteFault(string fault, string seen) =>
        _faults.TryAdd(Regex.Replace(fault, @"/\d+", "/…", RegexOptions.NonBacktracking), seen.Length > 500 ? $"{seen[..500]}…" : seen);
}
