using System.Collections.Concurrent;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_messages_trigger_functions : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly Work _work = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null, time: _clock);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Theory]
    [InlineData(typeof(TakesMessage), "message hello 1")]
    [InlineData(typeof(TakesText), "text hello")]
    public async Task Should_run_once_for_each_and_complete_it(Type functions, string expected)
    {
        await using var host = await StartAsync(functions);
        await SendAsync("hello");
        await _work.WhenBegunAsync(expected);
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 0));
        Assert.Contains(
            _azure.Meter.Read(),
            reading => reading is { Service: "functions", Requests: 1 } && reading.Operation == $"execution:{functions.Name}");
    }

    [Fact]
    public async Task Should_give_a_message_back_at_once_when_its_function_throws_until_it_is_a_dead_letter()
    {
        _work.Fails = _ => true;
        await using var host = await StartAsync(typeof(TakesMessage));
        await SendAsync("bad");
        await _work.WhenBegunAsync(
            [.. Enumerable.Range(1, 10).Select(delivery => string.Create(CultureInfo.InvariantCulture, $"message bad {delivery}"))]);
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 1));
    }

    [Fact]
    public async Task Should_leave_a_message_alone_that_its_function_settled()
    {
        using var watch = _azure.Faults.Add(
            new Fault("servicebus", "complete", FaultKind.Delay) { Strike = message => _work.DoAsync($"complete {message}") });
        await using var host = await StartAsync(typeof(Settles));
        await SendAsync("hopeless");
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 1));
        await host.Host.StopAsync();
        Assert.Empty(_work.Begun);
        await using var client = _azure.ServiceBus.Connect();
        await using var receiver = client.CreateReceiver("deliveries", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        Assert.Equal("Hopeless", (await receiver.PeekMessageAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task Should_leave_the_settling_to_the_function_without_auto_complete()
    {
        await using var host = await StartAsync(typeof(SettlesLater));
        await SendAsync("kept");
        await _work.WhenBegunAsync("kept");
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
                return _work.Begun.Count > 1;
            },
            () => "the message again when its lock is over");
    }

    [Fact]
    public async Task Should_work_on_no_more_messages_at_a_time_than_host_json_says()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(
            typeof(TakesText),
            new(StringComparer.Ordinal) { ["AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls"] = "2" });
        await SendAsync("a", "b", "c");
        await Eventually.TrueAsync(() => _work.Begun.Count == 2, () => $"two messages begun, seen {_work.Begun.Count}");
        Assert.Equal(1, Counts().Active);
        _work.Gate.Release();
        await _work.WhenBegunAsync("text a", "text b", "text c");
        _work.Gate.Release(2);
    }

    [Fact]
    public async Task Should_renew_the_lock_while_the_function_runs()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("long");
        await _work.WhenBegunAsync("text long");
        for (var minute = 1; minute <= 3; minute++)
        {
            var renewals = Renewals();
            _clock.Advance(TimeSpan.FromSeconds(31));
            await Eventually.TrueAsync(() => Renewals() > renewals, () => $"renewal {minute}");
        }

        _work.Gate.Release();
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 0));
        Assert.Equal(["text long"], _work.Begun);
    }

    [Fact]
    public async Task Should_renew_the_lock_no_longer_than_host_json_says()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(
            typeof(TakesText),
            new(StringComparer.Ordinal) { ["AzureFunctionsJobHost:extensions:serviceBus:maxAutoLockRenewalDuration"] = "00:01:00" });
        await SendAsync("long");
        await _work.WhenBegunAsync("text long");
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => Renewals() == 1, () => $"one renewal, seen {Renewals()}");
        _clock.Advance(TimeSpan.FromSeconds(60));
        await _work.WhenBegunAsync("text long", "text long");
        _work.Gate.Release(2);
    }

    [Fact]
    public async Task Should_try_again_to_renew_the_lock_after_an_outage_that_outlasts_the_client_s_own_tries()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("long");
        await _work.WhenBegunAsync("text long");
        _azure.Faults.Add(new Fault("servicebus", "renew", FaultKind.Fail) { Times = 4 });

        _clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.2));
                return Renewals() > 0 || _work.Begun.Count > 1;
            },
            () => "a renewal");
        _work.Gate.Release();
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 0));
        Assert.Equal(["text long"], _work.Begun);
    }

    [Fact]
    public async Task Should_go_on_receiving_after_a_failure_to_receive()
    {
        await using var host = await StartAsync(typeof(TakesText));
        using (_azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Fail) { Times = 1 }))
        {
            await SendAsync("after all");
            await Eventually.TrueAsync(
                () =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    return _work.Begun.Count > 0;
                },
                () => "the message");
        }

        Assert.Equal(["text after all"], _work.Begun);
    }

    /// <summary>The real listener looks at its own stop before it lets the processor complete.</summary>
    [Theory]
    [InlineData(typeof(TakesText), "text running", 2)]
    [InlineData(typeof(CompletesAtLast), "running", 1)]
    public async Task Should_finish_what_runs_and_take_nothing_new_when_the_host_stops(Type functions, string running, int left)
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(
            functions,
            new(StringComparer.Ordinal) { ["AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls"] = "1" });
        await SendAsync("running", "waiting");
        await _work.WhenBegunAsync(running);
        var stop = host.Host.StopAsync();
        Assert.False(stop.IsCompleted);
        _work.Gate.Release();
        await stop.WaitAsync(Eventually.Timeout);
        Assert.Equal([running], _work.Begun);
        Assert.Equal(new QueueCounts(left, 0, 0, 0, 0), Counts());
    }

    [Fact]
    public async Task Should_give_back_what_ran_only_when_this_host_can_not_receive_it_again()
    {
        var gate = _work.Gate = new SemaphoreSlim(0);
        using var receiving = new SemaphoreSlim(0);
        var order = new ConcurrentQueue<string>();
        using var receive = _azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Delay)
        {
            Skip = 1,
            Strike = async _ =>
            {
                order.Enqueue("receiving");
                await receiving.WaitAsync();
                order.Enqueue("received");
            },
        });
        using var abandon = _azure.Faults.Add(new Fault("functions", "abandon", FaultKind.Delay)
        {
            Strike = _ =>
            {
                order.Enqueue("given back");
                return Task.CompletedTask;
            },
        });
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("running", "on its way");
        await _work.WhenBegunAsync("text running");
        await Eventually.TrueAsync(() => !order.IsEmpty, () => "the second one to be on its way");
        var stop = host.Host.StopAsync();
        gate.Release(2);
        await Eventually.TrueAsync(
            () => _azure.Meter.Read().Any(reading => reading.Operation == $"execution:{nameof(TakesText)}"),
            () => "the first one to have run");
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        receiving.Release();
        await stop.WaitAsync(Eventually.Timeout);
        Assert.Equal(["receiving", "received", "given back", "given back"], order);
        Assert.Equal(new QueueCounts(2, 0, 0, 0, 0), Counts());
    }

    [Fact]
    public async Task Should_wait_no_longer_for_what_runs_than_the_stop_is_given()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("endless");
        await _work.WhenBegunAsync("text endless");
        using var patience = new CancellationTokenSource();
        var stop = host.Host.StopAsync(patience.Token);
        Assert.False(stop.IsCompleted);
        await patience.CancelAsync();
        await stop.WaitAsync(Eventually.Timeout);
        await WhenCountsAsync(counts => counts == new QueueCounts(1, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Should_settle_nothing_when_the_host_is_killed_so_that_another_gets_the_message_when_the_lock_ends()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var killed = await StartAsync(typeof(TakesText));
        await SendAsync("survivor");
        await _work.WhenBegunAsync("text survivor");
        await killed.Host.AbortAsync();
        _work.Gate = null;
        Assert.Equal(1, Counts().InFlight);

        await using var next = await StartAsync(typeof(TakesMessage));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _work.WhenBegunAsync("text survivor", "message survivor 2");
        await WhenCountsAsync(counts => counts == new QueueCounts(0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Should_let_a_function_that_outlives_its_killed_host_settle_nothing()
    {
        var gate = _work.Gate = new SemaphoreSlim(0);
        await using var killed = await StartAsync(typeof(Outlives));
        await SendAsync("survivor");
        await _work.WhenBegunAsync("work");
        await killed.Host.AbortAsync();
        _work.Gate = null;
        gate.Release();
        await _work.WhenBegunAsync("work", "refused");
        Assert.Equal(1, Counts().InFlight);
    }

    private Task<TestHost> StartAsync(Type functions, Dictionary<string, string?>? settings = null) =>
        TestHost.StartAsync(
            [functions],
            app =>
            {
                app.ConfigureFunctionsWebApplication();
                app.Services.AddSingleton(_work);
            },
            _azure,
            settings);

    private async Task SendAsync(params string[] bodies)
    {
        await using var client = _azure.ServiceBus.Connect();
        await using var sender = client.CreateSender("deliveries");
        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body)));
    }

    private QueueCounts Counts() => _azure.ServiceBus.Find("deliveries")!.Count();

    private Task WhenCountsAsync(Func<QueueCounts, bool> condition) =>
        Eventually.TrueAsync(() => condition(Counts()), () => $"other counts than {Counts()}");

    private long Renewals() =>
        _azure.Meter.Read()
            .Where(reading => reading.Operation.Contains("renew", StringComparison.Ordinal))
            .Sum(reading => reading.Requests);
}
