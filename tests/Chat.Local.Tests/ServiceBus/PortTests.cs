using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What only a port has: keys and tokens, and refusals over the wire.</summary>
public sealed class PortTests : IAsyncDisposable
{
    private readonly TestPort _port = new();

    public ValueTask DisposeAsync() => _port.DisposeAsync();

    [Theory]
    [InlineData(ServiceBusNamespace.KeyName, "another key")]
    [InlineData("another name", ServiceBusNamespace.Key)]
    public async Task A_client_with_another_key_may_do_nothing(string name, string key)
    {
        await using var client = _port.Connect(_port.ConnectionString.Replace(ServiceBusNamespace.KeyName, name, StringComparison.Ordinal)
            .Replace(ServiceBusNamespace.Key, key, StringComparison.Ordinal));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateSender("orders").SendMessageAsync(TestBus.Message("a")));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateReceiver("orders").PeekMessageAsync());
        Assert.Equal(0, _port.Orders.Count().Active);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        Assert.Null(_port.Bus.Listen(_port.Port));
        await using var client = _port.Connect();
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
    }

    /// <summary>Whether somebody listens for all addresses or for this one, and also if they would share the port.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void A_port_of_another_program_is_not_shared(string address)
    {
        var family = IPAddress.Parse(address).AddressFamily;
        if (family == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
        {
            return;
        }

        using var other = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        if (family == AddressFamily.InterNetworkV6)
        {
            other.DualMode = true;
        }

        other.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        other.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        other.Listen();
        Assert.Null(_port.Bus.Listen(((IPEndPoint)other.LocalEndPoint!).Port));
    }

    [Fact]
    public async Task What_the_broker_lacks_is_refused_with_a_reason()
    {
        await using var client = _port.Connect();
        await Assert.ThrowsAsync<NotSupportedException>(() => client.AcceptNextSessionAsync("sessions"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.CreateReceiver("topic", "subscription").ReceiveMessageAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            client.CreateReceiver("orders", new ServiceBusReceiverOptions { SubQueue = SubQueue.TransferDeadLetter })
                .ReceiveMessageAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.CreateSender("orders/$DeadLetterQueue").SendMessageAsync(TestBus.Message("a")));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_alone()
    {
        await using var client = _port.Connect();
        var sender = client.CreateSender("orders");
        await SendingTests.Refused(
            ServiceBusFailureReason.MessageSizeExceeded,
            false,
            () => sender.SendMessageAsync(new ServiceBusMessage(new byte[300_000])));
        await sender.SendMessageAsync(TestBus.Message("a"));
        Assert.Equal(1, _port.Orders.Count().Active);
    }

    [Fact]
    public async Task What_a_receiver_no_longer_waits_for_is_left_to_others_and_not_counted()
    {
        await using var client = _port.Connect();
        var first = client.CreateReceiver("orders");
        Assert.Null(await first.ReceiveMessageAsync(TimeSpan.FromMilliseconds(50)));
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
        await using var second = client.CreateReceiver("orders");
        Assert.Equal(1, (await second.ReceiveMessageAsync(SignalR.Eventually.Timeout)).DeliveryCount);
    }

    [Fact]
    public async Task A_token_that_ends_takes_its_links_along_and_is_worth_nothing_then()
    {
        var token = SasTokens.Make(TimeProvider.System.GetUtcNow().AddHours(1));
        await using var client = _port.Connect(
            $"Endpoint=sb://127.0.0.1:{_port.Port};SharedAccessSignature={token};UseDevelopmentEmulator=true;");
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
        var receiver = client.CreateReceiver("orders");
        await receiver.CompleteMessageAsync(await receiver.ReceiveMessageAsync());
        var waiting = receiver.ReceiveMessageAsync();

        _port.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await waiting);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => receiver.ReceiveMessageAsync());
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateSender("orders").SendMessageAsync(TestBus.Message("b")));
        Assert.Equal(0, _port.Orders.Count().Active);
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_said_in_the_words_by_which_clients_know_it()
    {
        await using var client = _port.Connect();
        var refused = await Assert.ThrowsAsync<ServiceBusException>(() => client.CreateReceiver("nowhere").ReceiveMessageAsync());
        Assert.Equal(ServiceBusFailureReason.MessagingEntityNotFound, refused.Reason);
        Assert.StartsWith("The messaging entity 'nowhere' could not be found. ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            refused.Message.IndexOf("troubleshooting", StringComparison.Ordinal),
            refused.Message.LastIndexOf("troubleshooting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_are_received_at_once_within_the_time()
    {
        await using var client = _port.Connect();
        var receiver = client.CreateReceiver("orders");
        Assert.Empty(await receiver.ReceiveMessagesAsync(10, TimeSpan.FromMilliseconds(50)));
        await client.CreateSender("orders").SendMessagesAsync(Enumerable.Range(0, 25).Select(number => TestBus.Message($"{number}")));
        for (var left = 25; left > 0;)
        {
            var messages = await receiver.ReceiveMessagesAsync(10, SignalR.Eventually.Timeout);
            Assert.InRange(messages.Count, 1, 10);
            Assert.All(messages, message => Assert.Equal(1, message.DeliveryCount));
            await Task.WhenAll(messages.Select(message => receiver.CompleteMessageAsync(message)));
            left -= messages.Count;
        }

        Assert.Equal(new QueueCounts(0, 0, 0, 0, 0), _port.Orders.Count());
    }
}
