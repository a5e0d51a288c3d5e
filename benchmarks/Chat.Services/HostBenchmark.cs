using System.Globalization;
using System.Net;
using Azure.Messaging.ServiceBus;
using Chat.Local.TestApp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Services;

/// <summary>
/// What host and worker cost beside the function, which does nothing: a request beyond the same handler on Kestrel, and a message from its
/// receipt to its settlement. Both sides of a difference have the same client in the same process, and their windows take turns.
/// </summary>
internal static class HostBenchmark
{
    private const int AtOnce = 16;
    private const int Windows = 3;
    private const string Queue = "deliveries";
    private static readonly Uri Address = new("api/idle", UriKind.Relative);

    public static async Task RunAsync(Table table)
    {
        await HttpAsync(table);
        await QueueAsync(table, "queue function, auto-complete", typeof(IdleReleases));
        await QueueAsync(table, "queue function that completes", typeof(IdleCompletes));
    }

    private static async Task HttpAsync(Table table)
    {
        await using var host = await AppHost.StartAsync(typeof(Idle));
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

        table.Note(string.Create(
            CultureInfo.InvariantCulture, $"An HTTP function beyond Kestrel: {Median(beyond):N0} µs, {Median(bytes):N0} bytes."));
    }

    private static async Task QueueAsync(Table table, string name, Type functions)
    {
        using var runs = new SemaphoreSlim(0);
        await using var host = await AppHost.StartAsync(functions, app => app.Services.AddSingleton(runs));
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
