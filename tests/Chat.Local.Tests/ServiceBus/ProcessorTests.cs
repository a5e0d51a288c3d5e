using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>The package's processor over the port, as the Functions host uses it.</summary>
public sealed class ProcessorTests
{
    private const int Messages = 500;
    private const int AtOnce = 16;

    private readonly ConcurrentDictionary<string, List<int>> _deliveries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _completed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _errors = new();
    private int _running;
    private int _most;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_processor_that_fails_stops_and_starts_again_completes_every_message_once(bool autoComplete)
    {
        await using var port = new TestPort();
        await using var client = port.Connect();
        await SendAsync(client);
        await using var processor = Processor(client, autoComplete);
        foreach (var until in (int[])[100, 300, Messages])
        {
            await processor.StartProcessingAsync();
            await CompletedAsync(port, until);
            await processor.StopProcessingAsync();
        }

        AssertAll(port);
        Assert.All(_deliveries.Values, counts => Assert.Equal(Enumerable.Range(1, counts.Count), counts));
    }

    [Fact]
    public async Task What_a_processor_leaves_behind_comes_again_to_the_next_once_its_locks_have_ended()
    {
        // Two processors may leave behind what failed once before.
        await using var port = new TestPort(deliveries: 10);
        await using var client = port.Connect();
        await SendAsync(client);
        foreach (var until in (int[])[100, 300, Messages])
        {
            await using (var processor = Processor(client, autoComplete: true))
            {
                await processor.StartProcessingAsync();
                await CompletedAsync(port, until);
            }

            port.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        AssertAll(port);
        Assert.All(_deliveries.Values, counts => Assert.Equal(counts.Distinct().Order(), counts));
    }

    private static Task SendAsync(ServiceBusClient client) =>
        client.CreateSender("orders").SendMessagesAsync(Enumerable.Range(0, Messages).Select(number => TestBus.Message($"{number}")));

    private ServiceBusProcessor Processor(ServiceBusClient client, bool autoComplete)
    {
        var processor = client.CreateProcessor(
            "orders",
            new ServiceBusProcessorOptions { MaxConcurrentCalls = AtOnce, PrefetchCount = 100, AutoCompleteMessages = autoComplete });
        processor.ProcessErrorAsync += error =>
        {
            if (error.ErrorSource != ServiceBusErrorSource.ProcessMessageCallback)
            {
                _errors.Enqueue($"{error.ErrorSource}: {error.Exception.Message}");
            }

            return Task.CompletedTask;
        };
        processor.ProcessMessageAsync += message => HandleAsync(message, autoComplete);
        return processor;
    }

    private Task CompletedAsync(TestPort port, int count) => SignalR.Eventually.TrueAsync(
        () => _completed.Count >= count,
        () => $"{count} messages to be completed: {_completed.Count} are, of the rest {port.Orders.Count()}; {string.Join("; ", _errors)}");

    private void AssertAll(TestPort port)
    {
        Assert.Equal(new QueueCounts(0, 0, 0, 0, 0), port.Orders.Count());
        Assert.Empty(_errors);
        Assert.All(_completed.Values, times => Assert.Equal(1, times));
        Assert.Contains(_deliveries.Values, counts => counts.Count > 1);
        Assert.InRange(_most, 2, AtOnce);
    }

    private async Task HandleAsync(ProcessMessageEventArgs message, bool autoComplete)
    {
        var running = Interlocked.Increment(ref _running);
        InterlockedMax(running);
        try
        {
            var (id, count) = (message.Message.MessageId, message.Message.DeliveryCount);
            var counts = _deliveries.GetOrAdd(id, _ => []);
            lock (counts)
            {
                counts.Add(count);
            }

            await Task.Yield();
            // Not the third time, after which it would be dead-lettered.
            if (count < 3 && (int.Parse(id, null) + count) % 5 == 0)
            {
                throw new InvalidOperationException("Now and then.");
            }

            if (!autoComplete)
            {
                await message.CompleteMessageAsync(message.Message);
            }

            _completed.AddOrUpdate(id, 1, (_, times) => times + 1);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void InterlockedMax(int running)
    {
        for (var most = _most; running > most; most = _most)
        {
            Interlocked.CompareExchange(ref _most, running, most);
        }
    }
}
