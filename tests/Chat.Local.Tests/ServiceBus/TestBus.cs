using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.Store;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>
/// A namespace with the queue <c>orders</c>, on a clock that the test advances; over a directory it can be stopped and started
/// again.
/// </summary>
internal sealed class TestBus : IAsyncDisposable
{
    private readonly LocalStore _store;
    private readonly Door _door;
    private readonly int _port;
    private readonly ServiceBusNamespace _namespace;

    private TestBus(LocalStore store, TestClock clock, string properties, Door door)
    {
        _store = store;
        _door = door;
        Clock = clock;
        Meter = new Meter(clock);
        _namespace = new ServiceBusNamespace(store, Meter, Faults, clock);
        _namespace.CreateQueues(
            $$"""{ "UserConfig": { "Namespaces": [ { "Name": "sbemulatorns", "Queues": [ { "Name": "orders", "Properties": """
                + $$"""{ {{properties}} } } ] } ] } }""");
        _port = door == Door.Amqp ? _namespace.Listen(0)!.Value : 0;
        Client = NewClient();
        Sender = Client.CreateSender("orders");
        Receiver = Client.CreateReceiver("orders");
        DeadLetters = Client.CreateReceiver("orders", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
    }

    public TestClock Clock { get; }

    /// <summary>What the namespace writes to.</summary>
    public LocalStore Store => _store;

    public Meter Meter { get; }

    public Faults Faults { get; } = new();

    public ServiceBusClient Client { get; }

    public ServiceBusSender Sender { get; }

    public ServiceBusReceiver Receiver { get; }

    public ServiceBusReceiver DeadLetters { get; }

    public ServiceBusQueue Queue => _namespace.Find("orders")!;

    public static async Task<TestBus> StartAsync(
        string properties = "",
        string? directory = null,
        TestClock? clock = null,
        Door door = Door.InProcess)
    {
        var store = directory is null ? LocalStore.InMemory() : await LocalStore.OpenAsync(directory, reset: false, TimeProvider.System);
        return new TestBus(store, clock ?? new TestClock(), properties, door);
    }

    public static Task<TestBus> StartAsync(Door door, string properties = "") => StartAsync(properties, door: door);

    /// <summary>A client; one over AMQP has the real time, and so little of it for retries.</summary>
    public ServiceBusClient NewClient(int retries = 3, TimeSpan? tryTimeout = null)
    {
        var options = new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { MaxRetries = retries } };
        options.RetryOptions.TryTimeout = tryTimeout ?? options.RetryOptions.TryTimeout;
        if (_door == Door.InProcess)
        {
            return _namespace.Connect(options);
        }

        options.RetryOptions.Delay = TimeSpan.FromMilliseconds(10);
        return new ServiceBusClient(ServiceBusNamespace.ConnectionStringOf(_port), options);
    }

    public Task SendAsync(params ReadOnlySpan<string> ids) => Sender.SendMessagesAsync(ids.ToArray().Select(Message));

    /// <summary>A receive that doesn't wait: null when nothing is there.</summary>
    public async Task<ServiceBusReceivedMessage?> ReceiveAsync(ServiceBusReceiver? receiver = null)
    {
        receiver ??= Receiver;
        if (_door == Door.Amqp)
        {
            // The client's time is real. It needs little to find nothing, and gets enough to find something.
            var count = Queue.Count();
            var isThere = (ReferenceEquals(receiver, DeadLetters) ? count.DeadLettered : count.Active) > 0;
            return await receiver.ReceiveMessageAsync(isThere ? SignalR.Eventually.Timeout : TimeSpan.FromMilliseconds(50));
        }

        var receiving = receiver.ReceiveMessageAsync(TimeSpan.FromTicks(1));
        if (!receiving.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromTicks(1));
        }

        return await receiving.WaitAsync(SignalR.Eventually.Timeout);
    }

    public async Task<ServiceBusReceivedMessage> ReceiveOneAsync(ServiceBusReceiver? receiver = null)
    {
        var message = await ReceiveAsync(receiver);
        Assert.True(message is not null, $"Expected a message, but there is none: {Queue.Count()}");
        return message;
    }

    /// <summary>Everything receivable now, by message id, each left locked.</summary>
    public async Task<List<string>> ReceiveIdsAsync(ServiceBusReceiver? receiver = null)
    {
        var ids = new List<string>();
        while (await ReceiveAsync(receiver) is { } message)
        {
            ids.Add(message.MessageId);
        }

        return ids;
    }

    /// <summary>Advances the clock until a call that waits for it, say between retries, is done.</summary>
    /// <remarks>What follows a timer runs on the advancing thread, so that the clock never gets ahead of the call.</remarks>
    public async Task RunAsync(Func<Task> call)
    {
        if (_door == Door.Amqp)
        {
            await call().WaitAsync(SignalR.Eventually.Timeout);
            return;
        }

        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var running = call();
        for (var step = 0; step < 1000 && !running.IsCompleted; step++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        SynchronizationContext.SetSynchronizationContext(context);
        await running.WaitAsync(SignalR.Eventually.Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _namespace.DisposeAsync();
        await _store.DisposeAsync();
    }

    public static ServiceBusMessage Message(string id) => new($"body of {id}") { MessageId = id };
}
