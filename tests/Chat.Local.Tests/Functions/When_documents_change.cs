using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_documents_change : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly Work _work = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null, time: _clock);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Theory]
    [InlineData(typeof(TakesList), "list a1", "list a2")]
    [InlineData(typeof(TakesDocuments), "text [a1]", "text [a2]")]
    public async Task Should_run_with_what_has_changed_since_the_host_started(Type functions, string first, string second)
    {
        await ChangeAsync("before");
        await using var host = await StartAsync(functions);
        await ChangeAsync("a1");
        await WhenBegunAsync(first);
        await ChangeAsync("a2");
        await WhenBegunAsync(first, second);

        // A function counts once its worker has said that it ended.
        while (_azure.Meter.Read().Single(reading => reading.Operation == $"execution:{functions.Name}").Requests < 2)
        {
            await Task.Yield();
        }

        await host.Host.StopAsync();
        Assert.Equal(2, _azure.Meter.Read().Single(reading => reading.Operation == $"execution:{functions.Name}").Requests);
    }

    [Fact]
    public async Task Should_tell_what_looks_like_an_instant_as_the_trigger_reads_it()
    {
        await using var host = await StartAsync(typeof(TakesDocuments));
        await ChangeAsync("2026-01-01T10:00:00.100Z");
        await WhenBegunAsync("text [2026-01-01T10:00:00.1Z]");
    }

    [Fact]
    public async Task Should_start_from_the_beginning_when_asked_to_with_no_more_than_allowed_at_a_time()
    {
        await ChangeAsync("a1", "a2", "a3", "a4", "a5");
        await using var host = await StartAsync(typeof(FromBeginning));
        await WhenBegunAsync("a1,a2", "a3,a4", "a5");
    }

    [Fact]
    public async Task Should_follow_every_range()
    {
        await using var host = await StartAsync(typeof(TakesList));
        for (var conversation = 0; conversation < 20; conversation++)
        {
            await WriteAsync($"c{conversation}", "x");
        }

        await WhenAsync(() => Documents().Count == 20, () => $"20 documents, seen {Documents().Count}");
    }

    [Fact]
    public async Task Should_skip_a_batch_that_fails_without_a_retry_policy()
    {
        _work.Fails = work => work == "list a1";
        await using var host = await StartAsync(typeof(TakesList));
        await ChangeAsync("a1");
        await WhenBegunAsync("list a1");
        await ChangeAsync("a2");
        await WhenBegunAsync("list a1", "list a2");
    }

    [Fact]
    public async Task Should_run_the_same_batch_again_as_the_retry_policy_says_and_then_skip_it()
    {
        _work.Fails = work => work.EndsWith("a1", StringComparison.Ordinal);
        await using var host = await StartAsync(typeof(Retries));
        await ChangeAsync("a1");
        await WhenBegunAsync("try 0 of 2: a1", "try 1 of 2: a1", "try 2 of 2: a1");
        await ChangeAsync("a2");
        await WhenBegunAsync("try 0 of 2: a1", "try 1 of 2: a1", "try 2 of 2: a1", "try 0 of 2: a2");
    }

    [Fact]
    public async Task Should_never_skip_a_batch_with_an_unbounded_retry_policy()
    {
        _work.Fails = _ => _work.Begun.Count < 8;
        await using var host = await StartAsync(typeof(RetriesForever));
        await ChangeAsync("a1");
        await WhenBegunAsync([.. Enumerable.Range(0, 8).Select(attempt => $"try {attempt} of -1: a1")]);
    }

    [Fact]
    public async Task Should_go_on_after_a_restart_where_it_stopped()
    {
        await using (await StartAsync(typeof(TakesList)))
        {
            await ChangeAsync("a1");
            await WhenBegunAsync("list a1");
        }

        await ChangeAsync("a2");
        await using var next = await StartAsync(typeof(TakesList));
        await WhenBegunAsync("list a1", "list a2");
    }

    [Fact]
    public async Task Should_give_the_batch_of_a_killed_host_to_another_when_its_lease_ends()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var killed = await StartAsync(typeof(TakesList));
        await ChangeAsync("a1");
        await WhenBegunAsync("list a1");
        await killed.Host.AbortAsync();
        _work.Gate = null;
        await using var next = await StartAsync(typeof(TakesList));
        await WhenBegunAsync("list a1", "list a1");
    }

    [Fact]
    public async Task Should_give_the_batch_of_a_killed_process_to_the_next_at_once()
    {
        var directory = Directory.CreateTempSubdirectory("chat-");
        await _azure.DisposeAsync();
        _azure = await LocalAzure.StartAsync(directory.FullName, time: _clock);
        _work.Gate = new SemaphoreSlim(0);
        await using (var killed = await StartAsync(typeof(TakesList)))
        {
            await ChangeAsync("a1");
            await WhenBegunAsync("list a1");
            await killed.Host.AbortAsync();
        }

        await _azure.DisposeAsync();
        _work.Gate = null;
        _azure = await LocalAzure.StartAsync(directory.FullName, time: _clock);
        await using var next = await StartAsync(typeof(TakesList));
        await _work.WhenBegunAsync("list a1", "list a1");
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Should_run_on_one_host_at_a_time_and_go_over_to_another_when_it_stops()
    {
        var one = await StartAsync(typeof(TakesList));
        await using var other = await StartAsync(typeof(TakesList));
        for (var change = 1; change <= 5; change++)
        {
            await ChangeAsync($"a{change}");
            await WhenAsync(() => Documents().Count == change, () => $"{change} documents, seen [{string.Join(", ", Documents())}]");
            _clock.Advance(TimeSpan.FromSeconds(61));
        }

        await one.DisposeAsync();
        await ChangeAsync("b1");
        await WhenAsync(() => Documents().Count == 6, () => $"6 documents, seen [{string.Join(", ", Documents())}]");
        Assert.Equal(["a1", "a2", "a3", "a4", "a5", "b1"], Documents());
    }

    [Fact]
    public async Task Should_leave_its_leases_to_others_when_the_host_stops()
    {
        var host = await StartAsync(typeof(TakesList));
        var leases = _azure.Cosmos.RangesOf("chat", "conversations").Select(range => $"TakesList.{range}").ToList();
        async Task<int> OwnedAsync()
        {
            var documents = await Task.WhenAll(leases.Select(lease => _azure.Cosmos.ReadDocumentAsync("chat", "leases", lease, lease)));
            return documents.Count(document => (string?)JsonNode.Parse(document)!["owner"] is not null);
        }

        await Eventually.TrueAsync(
            async () => await OwnedAsync() == leases.Count,
            () => $"a host that owns the leases {string.Join(", ", leases)}");
        await host.DisposeAsync();
        Assert.Equal(0, await OwnedAsync());
    }

    [Fact]
    public async Task Should_finish_the_batch_and_save_it_when_the_host_stops()
    {
        _work.Gate = new SemaphoreSlim(0);
        var host = await StartAsync(typeof(TakesList));
        await ChangeAsync("a1");
        await WhenBegunAsync("list a1");
        var stop = host.DisposeAsync().AsTask();
        _work.Gate.Release();
        await stop.WaitAsync(Eventually.Timeout);
        _work.Gate = null;
        await using var next = await StartAsync(typeof(TakesList));
        await ChangeAsync("a2");
        await WhenBegunAsync("list a1", "list a2");
    }

    private Task<TestHost> StartAsync(Type functions) =>
        TestHost.StartAsync(
            [functions],
            app =>
            {
                app.ConfigureFunctionsWebApplication();
                app.Services.AddSingleton(_work);
            },
            _azure);

    private async Task ChangeAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            await WriteAsync("a", id);
        }
    }

    private Task<double> WriteAsync(string conversation, string id) =>
        _azure.Cosmos.UpsertDocumentAsync(
            "chat",
            "conversations",
            conversation,
            JsonSerializer.SerializeToUtf8Bytes(new { id, conversationId = conversation, type = "message" }));

    private Task WhenBegunAsync(params string[] expected) =>
        WhenAsync(
            () => _work.Begun.SequenceEqual(expected, StringComparer.Ordinal),
            () => $"[{string.Join("; ", expected)}], seen [{string.Join("; ", _work.Begun)}]");

    /// <summary>Lets the polls, retries and leases of the hosts come due until a condition is met.</summary>
    private Task WhenAsync(Func<bool> condition, Func<string> expected) =>
        Eventually.TrueAsync(
            () =>
            {
                if (condition())
                {
                    return true;
                }

                _clock.Advance(TimeSpan.FromSeconds(1));
                return false;
            },
            expected);

    private List<string> Documents() => [.. _work.Begun.SelectMany(work => work["list ".Length..].Split(','))];
}
