using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
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
            var address = new Uri("api/Answer", UriKind.Relative);
            table.Add("Functions", "HTTP function", await Measurement.TakeAsync(AtOnce, _ => client.GetStringAsync(address)), "with its client");
        }

        using var runs = new SemaphoreSlim(0);
        await using (var host = await AppHost.StartAsync(typeof(Takes), app => app.Services.AddSingleton(runs)))
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

    internal sealed class Answers
    {
        [Function("Answer")]
        public static IResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("answered");
    }

    internal sealed class Takes(SemaphoreSlim runs)
    {
        [Function("Take")]
        public void Take([ServiceBusTrigger(Queue)] ServiceBusReceivedMessage message) => runs.Release();
    }
}
