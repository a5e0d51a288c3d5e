using System.Globalization;
using System.Net;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Chat.Local;
using Chat.Local.Functions;
using Chat.Local.TestApp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Services;

/// <summary>
/// What host and worker cost beside the function, which does nothing: a request beyond the same handler on Kestrel, and a message from its receipt
/// to its settlement. Both sides of a difference have the same client in the same process, and their windows take turns.
/// </summary>
internal static class HostBenchmark
{
    private const int MoreInstances = 19;
    private const int AtOnce = 16;
    private const int Windows = 3;
    private const string Queue = "deliveries";
    private static readonly Uri Address = new("api/idle", UriKind.Relative);

    public static async Task RunAsync(Table table)
    {
        await HttpAsync(table);
        await QueueAsync(table, "queue function, auto-complete", typeof(IdleReleases));
        await QueueAsync(table, "queue function that completes", typeof(IdleCompletes));
        await InstancesAsync(table);
    }

    private static async Task HttpAsync(Table table)
    {
        await using var host = await AppHost.StartAsync(typeof(Idle), AsDeployed);
        await using var kestrel = await StartKestrelAsync();
        using var through = new HttpClient { BaseAddress = host.Host.Address };
        using var direct = new HttpClient { BaseAddress = new Uri(kestrel.Urls.Single()) };
        var (beyond, bytes) = (new List<double>(), new List<double>());
        for (var window = 0; window < Windows; window++)
        {
            var plain = await Measurement.TakeAsync(AtOnce, _ => direct.GetStringAsync(Address));
            var function = await Measurement.TakeAsync(AtOnce, _ => through.GetStringAsync(Address));
            table.Add("Kestrel", "the same handler", plain, "with its client");
            table.Add("Functions", "HTTP function", function, "with its client");
            beyond.Add(function.CpuMicroseconds - plain.CpuMicroseconds);
            bytes.Add(function.AllocatedBytes - plain.AllocatedBytes);
        }

        table.Note(string.Create(CultureInfo.InvariantCulture, $"An HTTP function beyond Kestrel: {Median(beyond):N0} µs, {Median(bytes):N0} bytes."));
    }

    private static async Task QueueAsync(Table table, string name, Type functions)
    {
        using var runs = new SemaphoreSlim(0);
        await using var host = await AppHost.StartAsync(functions, app =>
        {
            AsDeployed(app);
            app.Services.AddSingleton(runs);
        });
        await using var client = host.Azure.ServiceBus.Connect();
        var sender = client.CreateSender(Queue);
        for (var window = 0; window < Windows; window++)
        {
            var measured = await Measurement.TakeAsync(AtOnce, async _ =>
            {
                await sender.SendMessageAsync(new ServiceBusMessage("{}"));
                await runs.WaitAsync();
            });
            table.Add("Functions", name, measured, "with its send, receive and completion");
        }
    }

    /// <summary>What each of many instances of the app adds to the first; memory is what is resident after a collection.</summary>
    private static async Task InstancesAsync(Table table)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        var hosts = new List<FunctionsHost> { await StartAsync() };
        var (cpu, memory) = (Environment.CpuUsage.TotalTime, Resident());
        for (var i = 0; i < MoreInstances; i++)
        {
            hosts.Add(await StartAsync());
        }

        var (took, more) = (Environment.CpuUsage.TotalTime - cpu, Resident() - memory);
        table.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"One more instance, the mean of {MoreInstances}: {took.TotalMilliseconds / MoreInstances:N0} ms, {more / MoreInstances / 1e6:N1} MB."));
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        Task<FunctionsHost> StartAsync() => FunctionsHost.StartAsync(azure, new InstanceOptions { App = typeof(SendMessage).Assembly });

        static long Resident()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return Environment.WorkingSet;
        }
    }

    /// <summary>What the app does about its worker's cost.</summary>
    private static void AsDeployed(FunctionsApplicationBuilder app)
    {
        app.Logging.AddLogLevels();
        app.UseMiddleware<DropResults>();
        app.ConfigureFunctionsWebApplication();
    }

    private static async Task<WebApplication> StartKestrelAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.MapGet("api/idle", () => Results.Text("idle"));
        await app.StartAsync();
        return app;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
