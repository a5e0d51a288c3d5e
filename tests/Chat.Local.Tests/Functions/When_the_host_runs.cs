using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_the_host_runs
{
    private readonly Work _work = new();

    [Fact]
    public async Task Should_finish_requests_when_it_stops()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync();
        var answer = host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative));
        await _work.WhenBegunAsync("request");
        var stop = host.Host.StopAsync();
        _work.Gate.Release();
        Assert.Equal("finished", await answer.WaitAsync(Eventually.Timeout));
        await stop.WaitAsync(Eventually.Timeout);
    }

    [Fact]
    public async Task Should_let_the_worker_end_by_itself_after_what_it_runs()
    {
        var gate = _work.Gate = new SemaphoreSlim(0);
        await using var host = await TestHost.StartAsync([typeof(Requests)], app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.Services.AddSingleton(_work);
            app.Services.AddHostedService<SaysItStops>();
        });
        var answer = host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative));
        await _work.WhenBegunAsync("request");
        var stop = host.Host.StopAsync();
        Assert.Equal(["request"], _work.Begun);
        _work.Gate = null;
        gate.Release();
        await stop.WaitAsync(Eventually.Timeout);
        Assert.Equal("finished", await answer);
        Assert.Equal(["request", "service stops"], _work.Begun);
    }

    [Fact]
    public async Task Should_count_it_as_a_failure_when_a_function_throws_because_the_caller_left()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync();
        using var leaving = new CancellationTokenSource();
        var answer = host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative), leaving.Token);
        await _work.WhenBegunAsync("request");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
                (seen = await host.Client.GetStringAsync(new Uri("local/api/functions", UriKind.Relative))).Contains(
                    "\"failures\":1",
                    StringComparison.Ordinal),
            () => $"a failure, seen {seen}");
    }

    [Fact]
    public async Task Should_answer_nobody_when_it_is_killed()
    {
        _work.Gate = new SemaphoreSlim(0);
        await using var host = await StartAsync();
        var answer = host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative));
        await _work.WhenBegunAsync("request");
        await host.Host.AbortAsync().WaitAsync(Eventually.Timeout);
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.WaitAsync(Eventually.Timeout));
    }

    [Fact]
    public async Task Should_start_the_apps_services_before_the_triggers()
    {
        await using var host = await TestHost.StartAsync([typeof(AtStart)], app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.Services.AddSingleton(_work);
            app.Services.AddHostedService<Service>();
        });
        await _work.WhenBegunAsync("service", "at start");
        Assert.Equal(["service", "at start"], _work.Begun);
    }

    [Fact]
    public async Task Should_run_other_triggers_through_the_middleware_without_a_request()
    {
        await using var host = await TestHost.StartAsync([typeof(AtStart)], app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.UseMiddleware<Observing>();
            app.Services.AddSingleton(_work);
        });
        await _work.WhenBegunAsync("timerTrigger, request: False", "at start");
    }

    [Fact]
    public async Task Should_give_out_tokens_that_the_apps_settings_verify()
    {
        await using var host = await StartAsync();
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync(new Uri("local/token?user=alice", UriKind.Relative)));
        var settings = host.Host.Services.GetRequiredService<IConfiguration>();
        var token = json.RootElement.GetProperty("token").GetString();
        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = settings["Auth:Issuer"],
            ValidAudience = settings["Auth:Audience"],
            IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings["Auth:SigningKey"]!)),
        });
        Assert.True(checkedToken.IsValid, checkedToken.Exception?.Message);
        Assert.Equal("alice", checkedToken.ClaimsIdentity.FindFirst("sub")!.Value);
        Assert.Equal(
            checkedToken.SecurityToken.ValidTo,
            json.RootElement.GetProperty("expiresAt").GetDateTimeOffset().UtcDateTime,
            TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromHours(12), checkedToken.SecurityToken.ValidTo - ((JsonWebToken)checkedToken.SecurityToken).IssuedAt);
    }

    [Fact]
    public async Task Should_give_out_tokens_that_name_the_user_where_the_app_looks_for_them()
    {
        await using var host = await TestHost.StartAsync([], settings: new(StringComparer.Ordinal) { ["Auth:UserIdClaim"] = "oid" });
        using var json = JsonDocument.Parse(
            await host.Client.GetStringAsync(new Uri("local/token?user=auth0%7C1%2B%40%3A%3D", UriKind.Relative)));
        Assert.Equal("auth0|1+@:=", new JsonWebToken(json.RootElement.GetProperty("token").GetString()).GetPayloadValue<string>("oid"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a%20b")]
    [InlineData("alice%0A")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a+b")]
    [InlineData("a%2Fb")]
    [InlineData(
        "129----------------------------------------------------------"
            + "----------------------------------------------------------------x129")]
    public async Task Should_give_no_token_to_a_name_that_no_user_can_have(string user)
    {
        await using var host = await StartAsync();
        using var response = await host.Client.GetAsync(new Uri($"local/token?user={user}", UriKind.Relative));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"code\":\"invalid_user\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_show_the_meter()
    {
        _work.Gate = null;
        await using var host = await StartAsync();
        await host.Client.GetStringAsync(new Uri("api/Held", UriKind.Relative));
        Assert.Contains(
            "\"execution:Held\"",
            await host.Client.GetStringAsync(new Uri("local/meter", UriKind.Relative)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_prefer_a_tests_settings_to_its_own()
    {
        await using var host = await TestHost.StartAsync([], settings: new(StringComparer.Ordinal) { ["Auth:Issuer"] = "another" });
        var settings = host.Host.Services.GetRequiredService<IConfiguration>();
        Assert.Equal(
            ("another", "chat", "Gateway"),
            (settings["Auth:Issuer"], settings["Auth:Audience"], settings["Cosmos:ConnectionMode"]));
        Assert.True(host.Host.Services.GetRequiredService<IHostEnvironment>().IsDevelopment());
        Assert.True(Encoding.UTF8.GetByteCount(settings["Auth:SigningKey"]!) >= 32);
    }

    private Task<TestHost> StartAsync() =>
        TestHost.StartAsync([typeof(Requests)], app =>
        {
            app.ConfigureFunctionsWebApplication();
            app.Services.AddSingleton(_work);
        });

    private sealed class Observing(Work work) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            await work.DoAsync(
                $"{context.FunctionDefinition.InputBindings["timer"].Type}, request: {context.GetHttpContext() is not null}");
            await next(context);
        }
    }

    private sealed class SaysItStops(Work work) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => work.DoAsync("service stops", cancellationToken);
    }

    private sealed class Service(Work work) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => work.DoAsync("service", cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
