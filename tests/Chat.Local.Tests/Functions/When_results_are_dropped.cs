using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Local.Functions.Protocol;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>The app's <see cref="DropResults"/> in the real worker: callers get all, and the host nothing of it a second time.</summary>
public sealed class When_results_are_dropped : IAsyncLifetime
{
    private readonly ConcurrentQueue<InvocationResponse> _responses = new();
    private LocalAzure _azure = null!;

    public async Task InitializeAsync() => _azure = await LocalAzure.StartAsync(null);

    public async Task DisposeAsync() => await _azure.DisposeAsync();

    [Theory]
    [InlineData("result")]
    [InlineData("action")]
    [InlineData("stream")]
    [InlineData("file")]
    public async Task Should_answer_callers_in_full_and_the_host_without_them(string kind)
    {
        await using var host = await StartAsync(withOthers: false, app => app.UseMiddleware<DropResults>());
        Assert.Equal("""{"id":"whole"}""", await host.Client.GetStringAsync(new Uri($"api/returns/{kind}", UriKind.Relative)));
        Assert.Null((await RespondedAsync(1)).Single().ReturnValue);
    }

    /// <summary>Why it is there: otherwise the worker tells the host, too.</summary>
    [Fact]
    public async Task Should_be_needed()
    {
        await using var host = await StartAsync(withOthers: false, _ => { });
        await host.Client.GetStringAsync(new Uri("api/returns/action", UriKind.Relative));
        Assert.NotNull((await RespondedAsync(1)).Single().ReturnValue);
    }

    [Fact]
    public async Task Should_leave_alone_what_other_functions_return()
    {
        await using var host = await StartAsync(withOthers: true, app => app.UseMiddleware<DropResults>());
        await using var client = _azure.ServiceBus.Connect();
        await using var sender = client.CreateSender("deliveries");
        await sender.SendMessageAsync(new ServiceBusMessage("hello"));
        Assert.All(await RespondedAsync(2), response => Assert.Contains("whole", response.ReturnValue?.Json, StringComparison.Ordinal));
    }

    private Task<TestHost> StartAsync(bool withOthers, Action<FunctionsApplicationBuilder> configure) => TestHost.StartAsync(
        [typeof(Returns)],
        app =>
        {
            configure(app);
            app.ConfigureFunctionsWebApplication();
        },
        _azure,
        withOthers ? null : new(StringComparer.Ordinal) { ["AzureWebJobs.ReturnsAtStart.Disabled"] = "true" },
        heard: message =>
        {
            if (message.ContentCase == StreamingMessage.ContentOneofCase.InvocationResponse)
            {
                _responses.Enqueue(message.InvocationResponse);
            }
        });

    private async Task<IReadOnlyCollection<InvocationResponse>> RespondedAsync(int count)
    {
        await Eventually.TrueAsync(() => _responses.Count == count, () => $"{count} responses, seen {_responses.Count}");
        return _responses;
    }
}
