using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>What tests can let go wrong between triggers, functions and queues ends as at-least-once delivery allows.</summary>
public sealed class When_the_host_misbehaves : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly Work _work = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null, time: _clock);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Theory]
    [InlineData(nameof(FaultKind.ResetBefore), "message hello 2")]
    [InlineData(nameof(FaultKind.ResetAfter), "message hello 1", "message hello 2")]
    [InlineData(nameof(FaultKind.Duplicate), "message hello 1", "message hello 1")]
    public async Task Should_bring_a_message_again_whose_invocation_was_dropped_or_repeated(string kind, params string[] expected)
    {
        Break("queue", kind);
        await using var host = await StartAsync(typeof(TakesMessage));
        await SendAsync("hello");
        await _work.WhenBegunAsync(expected);
        await WhenCountsAsync(new QueueCounts(0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Should_bring_a_message_late()
    {
        _azure.Faults.Add(new Fault("functions", "queue", FaultKind.Delay) { Times = 1, Delay = TimeSpan.FromSeconds(20) });
        await using var host = await StartAsync(typeof(TakesMessage));
        await SendAsync("late");
        await WhenCountsAsync(new QueueCounts(0, 0, 0, 1, 0));
        Assert.Empty(_work.Begun);
        await AdvanceUntilAsync(() => _work.Begun.Count > 0);
        Assert.Equal(["message late 1"], _work.Begun);
        await WhenCountsAsync(new QueueCounts(0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Should_leave_a_message_locked_that_it_could_not_complete()
    {
        Break("complete", nameof(FaultKind.ResetBefore));
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("twice");
        await _work.WhenBegunAsync("text twice");
        await AdvanceUntilAsync(() => _work.Begun.Count == 2);
        await WhenCountsAsync(new QueueCounts(0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Should_not_bring_a_message_again_that_is_complete_although_it_heard_otherwise()
    {
        Break("complete", nameof(FaultKind.ResetAfter));
        await using var host = await StartAsync(typeof(TakesText));
        await SendAsync("once");
        await WhenCountsAsync(new QueueCounts(0, 0, 0, 0, 0));
        await host.Host.StopAsync();
        Assert.Equal(["text once"], _work.Begun);
    }

    [Theory]
    [InlineData(nameof(FaultKind.ResetBefore))]
    [InlineData(nameof(FaultKind.ResetAfter))]
    public async Task Should_tell_a_function_that_it_could_not_settle(string kind)
    {
        Break("complete", kind);
        await using var host = await StartAsync(typeof(Outlives));
        await SendAsync("settled");
        await _work.WhenBegunAsync("work", "refused");
    }

    [Theory]
    [InlineData(nameof(FaultKind.ResetBefore), "try 1 of 2")]
    [InlineData(nameof(FaultKind.ResetAfter), "try 0 of 2", "try 1 of 2")]
    [InlineData(nameof(FaultKind.Duplicate), "try 0 of 2", "try 0 of 2")]
    public async Task Should_try_a_timer_s_function_again_as_its_retry_policy_says(string kind, params string[] expected)
    {
        Break("timer", kind);
        await using var host = await StartAsync(typeof(Retried));
        _clock.Advance(TimeSpan.FromHours(1));
        await AdvanceUntilAsync(() => _work.Begun.Count == expected.Length);
        Assert.Equal(expected, _work.Begun);
    }

    [Theory]
    [InlineData(nameof(FaultKind.ResetBefore), "try 1 of 2: one")]
    [InlineData(nameof(FaultKind.ResetAfter), "try 0 of 2: one", "try 1 of 2: one")]
    [InlineData(nameof(FaultKind.Duplicate), "try 0 of 2: one", "try 0 of 2: one")]
    public async Task Should_bring_a_batch_of_changes_again_as_its_retry_policy_says(string kind, params string[] expected)
    {
        Break("feed", kind);
        await using var host = await StartAsync(typeof(Retries));
        await _azure.Cosmos.UpsertDocumentAsync(
            "chat",
            "conversations",
            "a",
            """{"id":"one","conversationId":"a","type":"message"}"""u8.ToArray());
        await AdvanceUntilAsync(() => _work.Begun.Count == expected.Length);
        Assert.Equal(expected, _work.Begun);
    }

    private void Break(string operation, string kind) =>
        _azure.Faults.Add(new Fault("functions", operation, Enum.Parse<FaultKind>(kind)) { Times = 1 });

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        () => $"more than [{string.Join(", ", _work.Begun)}]");

    private Task<TestHost> StartAsync(Type functions) => TestHost.StartAsync(
        [functions],
        app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.Services.AddSingleton(_work);
        },
        _azure);

    private async Task SendAsync(string body)
    {
        await using var client = _azure.ServiceBus.Connect();
        await using var sender = client.CreateSender("deliveries");
        await sender.SendMessageAsync(new ServiceBusMessage(body));
    }

    private Task WhenCountsAsync(QueueCounts expected) => Eventually.TrueAsync(
        () => _azure.ServiceBus.Find("deliveries")!.Count() == expected,
        () => $"{expected}, seen {_azure.ServiceBus.Find("deliveries")!.Count()}");
}
