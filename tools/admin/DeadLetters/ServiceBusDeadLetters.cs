using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;

namespace Chat.Admin.DeadLetters;

/// <summary>Those of a Service Bus namespace.</summary>
/// <remarks>
/// Letters can't be received by number, only from the oldest on. So those before one that is meant are held while it is looked for, and given
/// back after; that raises their delivery count, which ends nothing among dead letters.
/// </remarks>
/// <param name="client">The namespace; disposed with this.</param>
/// <param name="patience">How long nothing comes until there is taken to be nothing more.</param>
internal sealed class ServiceBusDeadLetters(ServiceBusClient client, TimeSpan patience) : IDeadLetters
{
    /// <summary>Bodies have up to 256 KB.</summary>
    private const int MaxBatch = 100;

    public async IAsyncEnumerable<DeadLetter> ListAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var receiver = Receiver(queue);
        var from = 0L;
        while (await receiver.PeekMessagesAsync(MaxBatch, from, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var message in page)
            {
                yield return Of(message);
            }

            from = page[^1].SequenceNumber + 1;
        }
    }

    public async Task<DeadLetter?> FindAsync(string queue, long id, CancellationToken cancellationToken)
    {
        await using var receiver = Receiver(queue);
        return await receiver.PeekMessageAsync(id, cancellationToken) is { } message && message.SequenceNumber == id ? Of(message) : null;
    }

    public async IAsyncEnumerable<long> ReplayAsync(string queue, IReadOnlyList<long> ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var sender = client.CreateSender(queue);
        await foreach (var id in TakeAsync(queue, ids, letter => sender.SendMessageAsync(Deferral.Anew(letter), cancellationToken), cancellationToken))
        {
            yield return id;
        }
    }

    public IAsyncEnumerable<long> DiscardAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        TakeAsync(queue, ids, _ => Task.CompletedTask, cancellationToken);

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private static DeadLetter Of(ServiceBusReceivedMessage message) => new(
        message.SequenceNumber,
        message.MessageId,
        message.DeadLetterReason,
        message.DeadLetterErrorDescription,
        message.EnqueuedTime,
        message.DeliveryCount,
        message.Body);

    /// <summary>Completes letters, each after what has to be done before.</summary>
    private async IAsyncEnumerable<long> TakeAsync(
        string queue,
        IReadOnlyList<long> ids,
        Func<ServiceBusReceivedMessage, Task> before,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var receiver = Receiver(queue);
        var wanted = ids.ToHashSet();
        var others = new Dictionary<long, ServiceBusReceivedMessage>();
        try
        {
            var isNew = true;
            while (wanted.Count > 0 && isNew)
            {
                // One that comes again has outlived its lock: the whole queue was seen, or it is too long for this.
                isNew = false;
                foreach (var letter in await receiver.ReceiveMessagesAsync(MaxBatch, patience, cancellationToken))
                {
                    if (!wanted.Remove(letter.SequenceNumber))
                    {
                        isNew |= others.TryAdd(letter.SequenceNumber, letter);
                        continue;
                    }

                    isNew = true;
                    await before(letter);
                    await receiver.CompleteMessageAsync(letter, cancellationToken);
                    yield return letter.SequenceNumber;
                }
            }
        }
        finally
        {
            foreach (var letter in others.Values)
            {
                await GiveBackAsync(receiver, letter);
            }
        }
    }

    private static async Task GiveBackAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage letter)
    {
        try
        {
            await receiver.AbandonMessageAsync(letter);
        }
        catch (ServiceBusException)
        {
            // Its lock has ended or ends by itself.
        }
    }

    private ServiceBusReceiver Receiver(string queue) => client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
}
