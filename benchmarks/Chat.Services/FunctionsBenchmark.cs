using Azure.Messaging.ServiceBus;
using Chat.Local.TestApp;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Services;

/// <summary>What a function costs that does nothing: called over loopback HTTP, and run for a message, which is sent first.</summary>
internal static class FunctionsBenchmark
{
    private const int AtOnce = 16;
    private const string Queue = "deliveries";

    public static async Task RunAsync(Table table)
    {
        await using (var host = await AppHost.StartAsync(typeof(Answers)))
        {
            using var client = new HttpClient { BaseAddress = host.Host.Address };
            var address = new Uri("api/results/now", UriKind.Relative);
            table.Add("Functions", "HTTP function", await Measurement.TakeAsync(AtOnce, _ => client.GetStringAsync(address)), "with its client");
        }

        using var runs = new SemaphoreSlim(0);
        await using (var host = await AppHost.StartAsync(typeof(Releases), app => app.Services.AddSingleton(runs)))
        {
            await using var client = host.Azure.ServiceBus.Connect();
            var sender = client.CreateSender(Queue);
            var measured = await Measurement.TakeAsync(AtOnce, async _ =>
            {
                await sender.SendMessageAsync(new ServiceBusMessage("{}"));
                await runs.WaitAsync();
            });
            table.Add("Functions", "queue function", measured, "with its send, receive and completion");
        }
    }
}
