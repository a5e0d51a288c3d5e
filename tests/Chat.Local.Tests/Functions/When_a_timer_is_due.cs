using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_a_timer_is_due : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly Work _work = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null, time: _clock);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Fact]
    public async Task Should_run_its_function_each_time_with_the_schedule()
    {
        await using var host = await StartAsync(typeof(EveryMinute));
        await AdvanceAsync(TimeSpan.FromSeconds(59), []);
        await AdvanceAsync(TimeSpan.FromSeconds(1), ["00:01:00 next 00:02:00"]);
        await AdvanceAsync(TimeSpan.FromMinutes(1), ["00:01:00 next 00:02:00", "00:02:00 next 00:03:00"]);
    }

    [Fact]
    public async Task Should_run_at_the_start_when_asked_to()
    {
        await using var host = await StartAsync(typeof(AtStart));
        await _work.WhenBegunAsync("at start");
    }

    [Fact]
    public async Task Should_make_up_once_for_what_passed_while_it_ran()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync(typeof(EveryMinute));
        await AdvanceAsync(TimeSpan.FromMinutes(1), ["00:01:00 next 00:02:00"]);
        _clock.Advance(TimeSpan.FromSeconds(150));
        _work.Gate.Release();
        await _work.WhenBegunAsync("00:01:00 next 00:02:00", "00:02:00 next 00:04:00 late");
        _work.Gate.Release();
        await AdvanceAsync(TimeSpan.FromSeconds(30), ["00:01:00 next 00:02:00", "00:02:00 next 00:04:00 late", "00:04:00 next 00:05:00"]);
        _work.Gate.Release();
    }

    [Fact]
    public async Task Should_retry_as_its_attribute_says()
    {
        _work.Fails = work => work != "try 2 of 2";
        await using var host = await StartAsync(typeof(Retried));
        await AdvanceAsync(TimeSpan.FromHours(1), ["try 0 of 2"]);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return _work.Begun.Count == 3;
            },
            () => $"three tries, seen {_work.Begun.Count}");
        Assert.Equal(["try 0 of 2", "try 1 of 2", "try 2 of 2"], _work.Begun);
    }

    [Fact]
    public async Task Should_run_on_one_host_only()
    {
        await using var one = await StartAsync(typeof(EveryMinute));
        await using var other = await StartAsync(typeof(EveryMinute));
        await AdvanceAsync(TimeSpan.FromMinutes(1), ["00:01:00 next 00:02:00"]);
        await AdvanceAsync(TimeSpan.FromMinutes(1), ["00:01:00 next 00:02:00", "00:02:00 next 00:03:00"]);
        Assert.Equal(2, _work.Begun.Count);
    }

    private async Task AdvanceAsync(TimeSpan by, string[] expected)
    {
        _clock.Advance(by);
        await _work.WhenBegunAsync(expected);
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
}
