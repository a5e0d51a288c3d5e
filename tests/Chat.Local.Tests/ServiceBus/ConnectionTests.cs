using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class ConnectionTests
{
    [Theory]
    [EveryDoor]
    public async Task Namespaces_of_one_process_are_apart(Door door)
    {
        await using var one = await TestBus.StartAsync(door);
        await using var two = await TestBus.StartAsync(door);
        await one.SendAsync("a");
        Assert.Null(await two.ReceiveAsync());
        Assert.Equal(["a"], await one.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_disposed_client_leaves_the_others_alone(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await using var other = bus.NewClient();
        var sender = other.CreateSender("orders");
        var waiting = other.CreateReceiver("orders").ReceiveMessageAsync();
        await other.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendMessageAsync(TestBus.Message("a")));
        Assert.Throws<ObjectDisposedException>(() => other.CreateReceiver("orders"));
        await bus.SendAsync("b");
        Assert.Equal(["b"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_namespace_that_stops_breaks_the_connections_to_it(Door door)
    {
        var bus = await TestBus.StartAsync(door);
        await using var client = bus.NewClient(retries: 0);
        var waiting = client.CreateReceiver("orders").ReceiveMessageAsync();
        await bus.DisposeAsync();
        foreach (var call in (Func<Task>[])[() => waiting, () => client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"))])
        {
            Assert.True((await Assert.ThrowsAsync<ServiceBusException>(call)).IsTransient);
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Operations_are_metered_by_64_KB(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.Sender.SendMessageAsync(new ServiceBusMessage(new byte[100_000]) { MessageId = "a" });
        await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        Assert.Equal(
            [("complete", 1, 1), ("receive", 1, 2), ("send", 1, 2)],
            bus.Meter.Read().Select(reading => (reading.Operation, (int)reading.Requests, (int)reading.Units)));
    }
}
