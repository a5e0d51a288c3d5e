using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.ServiceBus.Amqp;
using Chat.Local.Store;
using Chat.Local.Tests.SignalR;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What only a port has: keys, clients that break the protocol, and those that don't keep up.</summary>
public sealed class PortTests : IAsyncDisposable
{
    private static readonly byte[] AmqpHeader = "AMQP\0\x1\0\0"u8.ToArray();

    private readonly TestClock _clock = new();
    private readonly LocalStore _store = LocalStore.InMemory();
    private readonly ServiceBusNamespace _bus;
    private readonly AmqpPort _port;

    public PortTests()
    {
        _bus = new ServiceBusNamespace(_store, new Meter(_clock), new Faults(), _clock);
        _bus.CreateQueues("""{ "UserConfig": { "Namespaces": [ { "Queues": [ { "Name": "orders" }, { "Name": "sessions", "Properties": { "RequiresSession": true } } ] } ] } }""");
        _port = AmqpPort.Start(_bus, 0, _clock)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        await _bus.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(ServiceBusNamespace.KeyName, "another key")]
    [InlineData("another name", ServiceBusNamespace.Key)]
    public async Task A_client_with_another_key_may_do_nothing(string name, string key)
    {
        await using var client = Connect(ConnectionString.Replace(ServiceBusNamespace.KeyName, name, StringComparison.Ordinal)
            .Replace(ServiceBusNamespace.Key, key, StringComparison.Ordinal));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateSender("orders").SendMessageAsync(TestBus.Message("a")));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateReceiver("orders").PeekMessageAsync());
        Assert.Equal(0, _bus.Find("orders")!.Count().Active);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        Assert.Null(_bus.Listen(_port.Port));
        await using var client = Connect(ConnectionString);
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
    }

    [Fact]
    public async Task What_the_broker_lacks_is_refused_with_a_reason()
    {
        await using var client = Connect(ConnectionString);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.AcceptNextSessionAsync("sessions"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.CreateReceiver("topic", "subscription").ReceiveMessageAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            client.CreateReceiver("orders", new ServiceBusReceiverOptions { SubQueue = SubQueue.TransferDeadLetter }).ReceiveMessageAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.CreateSender("orders/$DeadLetterQueue").SendMessageAsync(TestBus.Message("a")));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_alone()
    {
        await using var client = Connect(ConnectionString);
        var sender = client.CreateSender("orders");
        await SendingTests.Refused(ServiceBusFailureReason.MessageSizeExceeded, false, () => sender.SendMessageAsync(new ServiceBusMessage(new byte[300_000])));
        await sender.SendMessageAsync(TestBus.Message("a"));
        Assert.Equal(1, _bus.Find("orders")!.Count().Active);
    }

    [Fact]
    public async Task A_processor_works_through_a_queue()
    {
        await using var client = Connect(ConnectionString);
        await client.CreateSender("orders").SendMessagesAsync(Enumerable.Range(0, 50).Select(number => TestBus.Message($"{number}")));
        var left = 50;
        var done = new TaskCompletionSource();
        await using var processor = client.CreateProcessor("orders", new ServiceBusProcessorOptions { MaxConcurrentCalls = 4, PrefetchCount = 10 });
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        processor.ProcessMessageAsync += async message =>
        {
            await message.CompleteMessageAsync(message.Message);
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.SetResult();
            }
        };
        await processor.StartProcessingAsync();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await processor.StopProcessingAsync();
        Assert.Equal(new QueueCounts(0, 0, 0, 0, 0), _bus.Find("orders")!.Count());
    }

    [Fact]
    public async Task What_a_receiver_no_longer_waits_for_is_left_to_others_and_not_counted()
    {
        await using var client = Connect(ConnectionString);
        var first = client.CreateReceiver("orders");
        Assert.Null(await first.ReceiveMessageAsync(TimeSpan.FromMilliseconds(50)));
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
        await using var second = client.CreateReceiver("orders");
        Assert.Equal(1, (await second.ReceiveMessageAsync(TimeSpan.FromSeconds(30))).DeliveryCount);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_cut_off()
    {
        using var socket = await DialAsync();
        await Eventually.TrueAsync(() => _clock.Waiting > 0, () => "the connection to be noticed");
        _clock.Advance(TimeSpan.FromSeconds(10));
        await ReadToEndAsync(socket);
    }

    [Fact]
    public async Task Bytes_that_are_no_AMQP_disturb_nobody_else()
    {
        foreach (var bytes in (byte[][])["GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [.. AmqpHeader, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [.. AmqpHeader, 0, 0, 0, 9, 9, 0, 0, 0, 1]])
        {
            using var socket = await DialAsync();
            await socket.SendAsync(bytes);
        }

        await using var client = Connect(ConnectionString);
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("still there"));
    }

    [Fact]
    public async Task Connections_are_bounded()
    {
        var sockets = new List<Socket>();
        for (var count = 0; count < 200; count++)
        {
            sockets.Add(await DialAsync());
        }

        using var more = await DialAsync();
        await ReadToEndAsync(more);
        sockets.ForEach(socket => socket.Dispose());
    }

    private string ConnectionString => ServiceBusNamespace.ConnectionStringOf(_port.Port);

    private static ServiceBusClient Connect(string connectionString) =>
        new(connectionString, new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(30) } });

    /// <summary>Reads until the other side has ended the connection, in order or not.</summary>
    private static async Task ReadToEndAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[4096]).WaitAsync(TimeSpan.FromSeconds(30)) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port.Port);
        return socket;
    }
}
