using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Local.Inspector;
using Chat.Local.TestApp;
using Chat.Local.Tests.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Local.Tests.Inspector;

/// <summary>A host with functions of two kinds, on the app's queues and containers, and what a test needs to look inside.</summary>
internal sealed class InspectedHost : IAsyncDisposable
{
    public const string Queue = "fanout";

    private readonly TestHost _host;
    private readonly ServiceBusClient _bus;

    private InspectedHost(LocalAzure azure, TestHost host, Work work)
    {
        Azure = azure;
        _host = host;
        Work = work;
        _bus = azure.ServiceBus.Connect();
        Sender = _bus.CreateSender(Queue);
        Receiver = _bus.CreateReceiver(Queue);
    }

    public LocalAzure Azure { get; }

    public Work Work { get; }

    public HttpClient Http => _host.Client;

    public ServiceBusSender Sender { get; }

    public ServiceBusReceiver Receiver { get; }

    public static async Task<InspectedHost> StartAsync()
    {
        var azure = await LocalAzure.StartAsync(null);
        var work = new Work();
        var host = await TestHost.StartAsync(
            [typeof(Some)],
            app =>
            {
                app.ConfigureFunctionsWebApplication();
                app.Services.AddSingleton(work);
            },
            azure);
        return new InspectedHost(azure, host, work);
    }

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    public async Task<HttpStatusCode> StatusAsync(
        HttpMethod method,
        string path,
        string? host = null,
        HttpContent? content = null,
        bool withHeader = true)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Host = host;
        if (withHeader)
        {
            request.Headers.Add(LocalRoutes.ChangeHeader, "test");
        }

        using var response = await Http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Sends messages and dead-letters each, and returns their sequence numbers.</summary>
    public async Task<IReadOnlyList<long>> AddDeadLettersAsync(params string[] bodies)
    {
        var numbers = new List<long>();
        foreach (var body in bodies)
        {
            await Sender.SendMessageAsync(new ServiceBusMessage(body) { MessageId = $"letter {numbers.Count + 1}" });
            var message = await Receiver.ReceiveMessageAsync();
            await Receiver.DeadLetterMessageAsync(message, "Poison", "It was bad.");
            numbers.Add(message.SequenceNumber);
        }

        return numbers;
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _host.DisposeAsync();
        await Azure.DisposeAsync();
    }
}
