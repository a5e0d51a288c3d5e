using System.Security.Claims;
using Chat.Local.SignalR;
using Chat.Local.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Tests.SignalR;

/// <summary>A small app with two hubs on its own port, and the service beside it.</summary>
internal sealed class SignalRApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SignalRApp(WebApplication app) => _app = app;

    public required SignalRService Service { get; init; }

    public required Meter Meter { get; init; }

    public Faults Faults { get; init; } = new();

    public TestClock Clock { get; init; } = new();

    public HttpClient Http { get; private set; } = null!;

    public TestHub Hub => _app.Services.GetRequiredService<TestHub>();

    public PlainHub PlainHub => _app.Services.GetRequiredService<PlainHub>();

    public static async Task<SignalRApp> StartAsync(Action<ServiceManagerBuilder>? configure = null)
    {
        var clock = new TestClock();
        var (meter, faults) = (new Meter(clock), new Faults());
        var service = new SignalRService(LocalStore.InMemory(), meter, faults, clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(service);
        builder.Services.AddServerlessHub<TestHub>(configure ?? (_ => { })).AddTransient<TestHub>();
        builder.Services.AddServerlessHub<PlainHub>().AddTransient<PlainHub>();
        var app = builder.Build();
        service.Map(app);
        app.MapPost("/negotiate", async (string? user, TestHub hub) => Json(await hub.NegotiateAsync(new NegotiationOptions { UserId = user })));
        app.MapPost("/plain/negotiate", async (string? user, PlainHub hub) => Json(await hub.NegotiateAsync(new NegotiationOptions { UserId = user })));
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new SignalRApp(app)
        {
            Service = service,
            Meter = meter,
            Faults = faults,
            Clock = clock,
            Http = new HttpClient { BaseAddress = new Uri(address) },
        };
    }

    /// <summary>Negotiates as the app's clients do: first with the app, then with the service.</summary>
    public async Task<Negotiated> NegotiateAsync(string? user, string path = "/negotiate")
    {
        using var response = await Http.PostAsync(new Uri($"{path}?user={user}", UriKind.Relative), content: null);
        response.EnsureSuccessStatusCode();
        return (await System.Text.Json.JsonSerializer.DeserializeAsync<Negotiated>(
            await response.Content.ReadAsStreamAsync(), System.Text.Json.JsonSerializerOptions.Web))!;
    }

    /// <summary>What a client needs to connect with claims of the app's.</summary>
    public async Task<Negotiated> NegotiateAsync(string user, params Claim[] claims)
    {
        var request = new DefaultHttpContext();
        (request.Request.Scheme, request.Request.Host) = ("http", new HostString(Http.BaseAddress!.Authority));
        var answer = await Hub.NegotiateAsync(new NegotiationOptions { HttpContext = request, UserId = user, Claims = claims });
        return answer.ToObjectFromJson<Negotiated>(System.Text.Json.JsonSerializerOptions.Web)!;
    }

    public async Task<HubClient> ConnectAsync(string? user, string path = "/negotiate") => await HubClient.ConnectAsync(await NegotiateAsync(user, path));

    /// <summary>The connections of a hub, as the inspector sees them.</summary>
    public IReadOnlyList<ConnectionReading> Connections(string hub = "testhub") =>
        Service.Read().SingleOrDefault(reading => reading.Name == hub)?.Connections ?? [];

    public Task UntilConnectionsAsync(int count) =>
        Eventually.TrueAsync(() => Connections().Count == count, () => $"{count} connections, but there are {Connections().Count}");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Service.DisposeAsync();
        await _app.DisposeAsync();
    }

    private static IResult Json(BinaryData json) => Results.Text(json.ToMemory().Span, "application/json");
}

internal sealed record Negotiated(string Url, string AccessToken);
