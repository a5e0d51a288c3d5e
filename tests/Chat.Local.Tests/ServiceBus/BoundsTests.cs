using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.ServiceBus.Amqp;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What one client of the port uses up is bounded, and the others go on.</summary>
public sealed class BoundsTests
{
    [Fact]
    public async Task Connections_are_bounded()
    {
        await using var port = new TestPort(AmqpLimits.Usual with { Connections = 3 });
        var first = await RawClient.DialAsync(port.Port);
        using var second = await RawClient.DialAsync(port.Port);
        using var third = await RawClient.DialAsync(port.Port);
        using var more = await RawClient.DialAsync(port.Port);
        await more.ReadToEndAsync();
        first.Dispose();

        // The broker notices that the first is gone, some time.
        await using var client = new ServiceBusClient(
            port.ConnectionString,
            new ServiceBusClientOptions
            {
                RetryOptions = new() { MaxRetries = 100, Delay = TimeSpan.FromMilliseconds(10), Mode = ServiceBusRetryMode.Fixed },
            });
        await client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"));
    }

    [Fact]
    public async Task Links_of_a_connection_are_bounded()
    {
        // The node of tokens takes two.
        await using var port = new TestPort(AmqpLimits.Usual with { Links = 4 });
        await using var connection = await LibraryConnection.OpenAsync(port);
        var first = await connection.SenderAsync("orders");
        await connection.SenderAsync("orders");
        await Refused(AmqpErrorCode.ResourceLimitExceeded, () => connection.SenderAsync("orders"));
        await first.CloseAsync(SignalR.Eventually.Timeout);
        await connection.SenderAsync("orders");
    }

    [Fact]
    public async Task Messages_that_a_receiver_has_not_settled_are_bounded()
    {
        await using var port = new TestPort(AmqpLimits.Usual with { Unsettled = 10 });
        await SendAsync(port, 30, 10);
        await using var connection = await LibraryConnection.OpenAsync(port);
        var receiver = await connection.ReceiverAsync("orders");
        receiver.IssueCredit(20, drain: false, AmqpConstants.NullBinary);
        var received = new List<AmqpMessage>();
        for (var count = 0; count < 10; count++)
        {
            received.Add(await ReceiveAsync(receiver));
        }

        // Nothing is on its way any more once the credit has been given back.
        receiver.IssueCredit(10, drain: true, AmqpConstants.NullBinary);
        await SignalR.Eventually.TrueAsync(() => receiver.LinkCredit == 0, () => "the credit to be given back");
        Assert.Equal((20, 10), (port.Orders.Count().Active, port.Orders.Count().InFlight));
        await receiver.DisposeMessageAsync(
            received[0].DeliveryTag,
            AmqpConstants.AcceptedOutcome,
            batchable: false,
            SignalR.Eventually.Timeout);
        receiver.IssueCredit(5, drain: false, AmqpConstants.NullBinary);
        await ReceiveAsync(receiver);
        Assert.Equal((19, 10), (port.Orders.Count().Active, port.Orders.Count().InFlight));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_gets_a_bounded_part_of_the_messages_and_is_cut_off()
    {
        const int messages = 100;
        await using var port = new TestPort(AmqpLimits.Usual with { Unread = 64 * 1024 });
        await SendAsync(port, messages, 250_000);
        using var relay = new StalledRelay(port.Port, 20_000);
        var greedy = port.Connect(ServiceBusNamespace.ConnectionStringOf(relay.Port));
        _ = greedy.CreateReceiver("orders", new ServiceBusReceiverOptions { PrefetchCount = messages }).ReceiveMessageAsync();
        await SignalR.Eventually.TrueAsync(() => port.Orders.Count().InFlight > 0, () => "the first message to be on its way");

        await using var client = port.Connect();
        var receiver = client.CreateReceiver("orders");
        await receiver.CompleteMessageAsync(await receiver.ReceiveMessageAsync());
        await SignalR.Eventually.TrueAsync(
            () =>
            {
                port.Clock.Advance(TimeSpan.FromMinutes(1));
                return port.Orders.Count() is { InFlight: 0, Active: messages - 1 };
            },
            () => $"all messages to be back, of which there are {port.Orders.Count()}");
    }

    private static async Task SendAsync(TestPort port, int count, int size)
    {
        await using var client = port.Bus.Connect();
        var sender = client.CreateSender("orders");
        for (var sent = 0; sent < count; sent++)
        {
            await sender.SendMessageAsync(new ServiceBusMessage(new byte[size]));
        }
    }

    private static async Task<AmqpMessage> ReceiveAsync(ReceivingAmqpLink receiver) =>
        await receiver.ReceiveMessageAsync(SignalR.Eventually.Timeout);

    private static async Task Refused(AmqpSymbol condition, Func<Task> call) =>
        Assert.Equal(condition, (await Assert.ThrowsAsync<AmqpException>(call)).Error.Condition);
}
