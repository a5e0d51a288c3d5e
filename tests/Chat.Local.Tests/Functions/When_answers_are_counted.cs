using System.Net;
using Chat.Local.Functions.Protocol;
using Chat.Local.TestApp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>
/// A worker tells the host by its channel that a function has ended, and sends the answer by HTTP. Either can come first.
/// </summary>
public sealed class When_answers_are_counted : IAsyncLifetime
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalAzure _azure = null!;
    private TestHost _host = null!;

    public async Task InitializeAsync()
    {
        _azure = await LocalAzure.StartAsync(null);
        _host = await TestHost.StartAsync(
            [typeof(Some)],
            app =>
            {
                app.ConfigureFunctionsWebApplication();
                app.Services.AddSingleton(new Work()).AddSingleton<IStartupFilter>(new AnswersAfter(_ended.Task));
            },
            _azure,
            heard: message =>
            {
                if (message.ContentCase == StreamingMessage.ContentOneofCase.InvocationResponse)
                {
                    _ended.TrySetResult();
                }
            });
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _azure.DisposeAsync();
    }

    [Fact]
    public async Task Should_count_what_was_created_though_the_answer_comes_after_the_functions_end()
    {
        await AnswerAsync(HttpStatusCode.Created);
        Assert.Equal(1, _azure.Meter.Read().Single(reading => reading.Operation == "created:Answer").Requests);
    }

    [Fact]
    public async Task Should_count_a_failure_though_the_answer_comes_after_the_functions_end()
    {
        await AnswerAsync(HttpStatusCode.ServiceUnavailable);
        var read = _host.Host.Functions.Single(function => function.Name == "Answer").Statistics.Read(DateTimeOffset.MaxValue);
        Assert.Equal((1, 1, "HTTP 503"), (read.Invocations, read.Failures, read.LastFailure?.Type));
    }

    private async Task AnswerAsync(HttpStatusCode status)
    {
        using var response = await _host.Client.GetAsync(new Uri($"api/answer/{(int)status}", UriKind.Relative));
        Assert.Equal(status, response.StatusCode);
    }

    /// <summary>Holds the worker's answers.</summary>
    private sealed class AnswersAfter(Task ended) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (http, function) =>
            {
                await function(http);
                await ended;
            });
            next(app);
        };
    }
}
