using System.Security.Claims;
using System.Text.Json;
using Azure.Core.Serialization;
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
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>How an app's requests reach the service.</summary>
public enum Door
{
    InProcess,
    Port,
}

/// <summary>A small app with two hubs on its own port, and the service beside it on another.</summary>
internal sealed class SignalRApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SignalRApp(WebApplication app) => _app = app;

    public required SignalRService Service { get; init; }

    public required Meter Meter { get; init; }

    public Faults Faults { get; init; } = new();

    public TestClock Clock { get; init; } = new();

    /// <summary>The app.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Where the service listens.</summary>
    public string Address => Service.Address!.AbsoluteUri.TrimEnd('/');

    public TestHub Hub => _app.Services.GetRequiredService<TestHub>();

    /// <summary>What no app of ours asks of a hub.</summary>
    public RestDoor Rest => new(Service, Clock);

    public PlainHub PlainHub => _app.Services.GetRequiredService<PlainHub>();

    public static async Task<SignalRApp> StartAsync(Door door = Door.InProcess, Action<ServiceManagerOptions>? configure = null)
    {
        var clock = new TestClock();
        var (meter, faults) = (new Meter(clock), new Faults());
        var service = new SignalRService(LocalStore.InMemory(), meter, faults, clock);
        Assert.True(await service.ListenAsync(0, CancellationToken.None));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration[TestHub.DefaultConnectionStringName] = service.ConnectionString;
        builder.Services.AddSingleton<TimeProvider>(clock);
        if (door == Door.InProcess)
        {
            builder.Services.AddKeyedSingleton(TestHub.DefaultConnectionStringName, (_, _) => service.CreateHandler());
        }

        builder.Services.AddServerlessHub<TestHub>(Configure).AddTransient<TestHub>();
        builder.Services.AddServerlessHub<PlainHub>(Configure).AddTransient<PlainHub>();
        var app = builder.Build();
        app.MapPost(
            "/negotiate",
            async (string? user, TestHub hub) => Json(await hub.NegotiateAsync(new NegotiationOptions { UserId = user })));
        app.MapPost(
            "/plain/negotiate",
            async (string? user, PlainHub hub) => Json(await hub.NegotiateAsync(new NegotiationOptions { UserId = user })));
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

        void Configure(ServiceManagerBuilder hub) => hub.WithOptions(options =>
        {
            options.UseJsonObjectSerializer(new JsonObjectSerializer(JsonSerializerOptions.Default));
            configure?.Invoke(options);
        });
    }

    /// <summary>Negotiates as the app's clients do: first with the app, then with the service.</summary>
    public async Task<Negotiated> NegotiateAsync(string? user, string path = "/negotiate")
    {
        using var response = await Http.PostAsync(new Uri($"{path}?user={user}", UriKind.Relative), content: null);
        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync<Negotiated>(
            await response.Content.ReadAsStreamAsync(), JsonSerializerOptions.Web))!;
    }

    /// <summary>What a client needs to connect with claims of the app's.</summary>
    public async Task<Negotiated> NegotiateAsync(string user, params Claim[] claims)
    {
        var answer = await Hub.NegotiateAsync(new NegotiationOptions { UserId = user, Claims = claims });
        return answer.ToObjectFromJson<Negotiated>(JsonSerializerOptions.Web)!;
    }

    public async Task<HubClient> ConnectAsync(string? user, string path = "/negotiate") =>
        await HubClient.ConnectAsync(await NegotiateAsync(user, path));

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

    /// <summary>The package writes more than clients take.</summary>
    private static IResult Json(BinaryData answer) => Results.Json(answer.ToObjectFromJson<Negotiated>(JsonSerializerOptions.Web));
}

internal sealed record Negotiated(string Url, string AccessToken);
