using System.Net;
using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Workers;
using Chat.Local.ServiceBus;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>As in Azure, what a worker was running fails when it ends, and what comes then waits for the next worker.</summary>
public sealed class When_a_worker_dies : IAsyncLifetime
{
    private readonly Work _work = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Fact]
    public async Task Should_fail_what_it_ran_and_give_the_next_to_another()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync([typeof(Requests), typeof(Some)]);
        var first = host.Host.Services;
        var held = host.Client.GetAsync(new Uri("api/Held", UriKind.Relative));
        await _work.WhenBegunAsync("request");
        _work.Gate = null;
        using (_azure.Faults.Add(new Fault("functions", "http", FaultKind.Kill) { Target = function => function == "Answer", Times = 1 }))
        {
            using var cut = await host.Client.GetAsync(new Uri("api/answer/200", UriKind.Relative));
            Assert.Equal((HttpStatusCode.InternalServerError, ""), (cut.StatusCode, await cut.Content.ReadAsStringAsync()));
        }

        using var lost = await held.WaitAsync(Eventually.Timeout);
        Assert.Equal((HttpStatusCode.InternalServerError, ""), (lost.StatusCode, await lost.Content.ReadAsStringAsync()));
        Assert.Equal("finished", await host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative)));
        Assert.NotSame(first, host.Host.Services);
    }

    [Fact]
    public async Task Should_end_the_worker_that_is_cut_off()
    {
        await using var host = await StartAsync([typeof(Some)]);
        var ended = host.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped;
        using (_azure.Faults.Add(new Fault("functions", "http", FaultKind.Kill) { Times = 1 }))
        {
            (await host.Client.GetAsync(new Uri("api/answer/200", UriKind.Relative))).Dispose();
        }

        await Eventually.TrueAsync(() => ended.IsCancellationRequested, () => "the worker to end");
    }

    [Fact]
    public async Task Should_start_another_however_often_it_dies()
    {
        await using var host = await StartAsync([typeof(Some)]);
        _azure.Faults.Add(new Fault("functions", "http", FaultKind.Kill) { Times = 4 });
        for (var n = 0; n < 4; n++)
        {
            using var cut = await host.Client.GetAsync(new Uri("api/answer/200", UriKind.Relative)).WaitAsync(Eventually.Timeout);
            Assert.Equal(HttpStatusCode.InternalServerError, cut.StatusCode);
        }

        using var answer = await host.Client.GetAsync(new Uri("api/answer/204", UriKind.Relative)).WaitAsync(Eventually.Timeout);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Should_start_another_when_one_dies_while_it_starts()
    {
        var starts = 0;
        await using var host = await StartAsync([typeof(Some)], app =>
        {
            if (Interlocked.Increment(ref starts) is 2)
            {
                throw new InvalidOperationException("This one doesn't start.");
            }

            if (starts is 3)
            {
                app.Services.AddHostedService<Ends>();
            }
        });
        _azure.Faults.Add(new Fault("functions", "http", FaultKind.Kill) { Times = 1 });
        (await host.Client.GetAsync(new Uri("api/answer/200", UriKind.Relative))).Dispose();

        using var answer = await host.Client.GetAsync(new Uri("api/answer/204", UriKind.Relative)).WaitAsync(Eventually.Timeout);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(4, starts);
    }

    [Fact]
    public async Task Should_start_another_when_one_ends_by_itself()
    {
        await using var host = await StartAsync([typeof(Some)]);
        var first = host.Host.Services;
        first.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Eventually.TrueAsync(() => !ReferenceEquals(first, host.Host.Services), () => "another worker");

        using var answer = await host.Client.GetAsync(new Uri("api/answer/204", UriKind.Relative)).WaitAsync(Eventually.Timeout);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Should_give_its_messages_to_another()
    {
        using var gate = new SemaphoreSlim(0);
        _work.Gate = gate;
        await using var host = await StartAsync([typeof(TakesMessage)]);
        var first = host.Host.Services;
        _azure.Faults.Add(new Fault("functions", "queue", FaultKind.Kill) { Target = target => target == "TakesMessage/b", Times = 1 });
        await SendAsync("a");
        await _work.WhenBegunAsync("message a 1");
        await SendAsync("b");
        await Eventually.TrueAsync(() => !ReferenceEquals(first, host.Host.Services), () => "another worker");
        _work.Gate = null;
        gate.Release(4);
        await Eventually.TrueAsync(
            () => _work.Begun.Contains("message a 2") && _work.Begun.Contains("message b 2"),
            () => $"both messages again, seen [{string.Join(", ", _work.Begun)}]");
        await Eventually.TrueAsync(
            () => _azure.ServiceBus.Find("deliveries")!.Count() == new QueueCounts(0, 0, 0, 0, 0),
            () => "nothing left");
    }

    [Fact]
    public async Task Should_give_back_at_the_stop_what_waits_for_another()
    {
        var starts = 0;
        await using var host = await StartAsync([typeof(Some), typeof(TakesMessage)], _ =>
        {
            if (Interlocked.Increment(ref starts) > 1)
            {
                throw new InvalidOperationException("No other starts.");
            }
        });
        using (_azure.Faults.Add(new Fault("functions", "http", FaultKind.Kill) { Times = 1 }))
        {
            (await host.Client.GetAsync(new Uri("api/answer/200", UriKind.Relative))).Dispose();
        }

        await SendAsync("waits");
        await Eventually.TrueAsync(
            () => _azure.ServiceBus.Find("deliveries")!.Count() == new QueueCounts(0, 0, 0, 1, 0),
            () => "the message to be taken");
        await host.Host.StopAsync().WaitAsync(Eventually.Timeout);
        Assert.Equal(new QueueCounts(1, 0, 0, 0, 0), _azure.ServiceBus.Find("deliveries")!.Count());
    }

    [Fact]
    public async Task Should_say_where_the_first_failed()
    {
        static void FailHere() => throw new InvalidOperationException("It doesn't start.");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync([], _ => FailHere()));
        Assert.Contains(nameof(FailHere), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_expect_none_that_failed()
    {
        var id = "";
        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync([], app =>
        {
            id = app.Configuration["Functions:Worker:WorkerId"]!;
            throw new InvalidOperationException("It doesn't start.");
        }));
        Assert.Null((await WorkerEndpoint.GetAsync()).Take(id));
    }

    private Task<TestHost> StartAsync(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null) => TestHost.StartAsync(
        classes,
        app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.Services.AddSingleton(_work);
            configure?.Invoke(app);
        },
        _azure);

    private async Task SendAsync(string body)
    {
        await using var client = _azure.ServiceBus.Connect();
        await using var sender = client.CreateSender("deliveries");
        await sender.SendMessageAsync(new ServiceBusMessage(body) { MessageId = body });
    }

    /// <summary>Ends its app as soon as it starts.</summary>
    private sealed class Ends(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
