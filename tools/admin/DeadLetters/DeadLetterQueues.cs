using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;

namespace Chat.Admin.DeadLetters;

/// <summary>The dead letters of a namespace's queues.</summary>
/// <remarks>
/// Letters can't be received by number, only from the oldest on. So those before one that is meant are held while it is looked for, and
/// given back after; that raises their delivery count, which ends nothing among dead letters.
/// </remarks>
/// <param name="client">The namespace; disposed with this.</param>
/// <param name="patience">How long nothing comes until there is taken to be nothing more.</param>
internal sealed class DeadLetterQueues(ServiceBusClient client, TimeSpan patience) : IAsyncDisposable
{
    /// <summary>Bodies have up to 256 KB.</summary>
    private const int MaxBatch = 100;

    /// <summary>A queue's dead letters, oldest first, without taking them.</summary>
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

    /// <summary>One of them; null when it isn't there.</summary>
    public async Task<DeadLetter?> FindAsync(string queue, long id, CancellationToken cancellationToken)
    {
        await using var receiver = Receiver(queue);
        return await receiver.PeekMessageAsync(id, cancellationToken) is { } message && message.SequenceNumber == id ? Of(message) : null;
    }

    /// <summary>
    /// Sends the bodies of these again, each under a new message id, which no duplicate detection drops; a letter is removed once its copy
    /// is sent. A crash in between leaves both, which is harmless. Yields each that is done; what isn't there or is with somebody isn't.
    /// </summary>
    public async IAsyncEnumerable<long> ReplayAsync(
        string queue,
        IReadOnlyList<long> ids,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var sender = client.CreateSender(queue);
        await foreach (var id in TakeAsync(
            queue, ids, letter => sender.SendMessageAsync(Rescheduling.Original(letter), cancellationToken), cancellationToken))
        {
            yield return id;
        }
    }

    /// <summary>Removes these for good. Yields each that is done; what isn't there or is with somebody isn't.</summary>
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
        var wanted = await ThereAsync(receiver, ids, cancellationToken);
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

    /// <summary>Those that are there, found without taking any, so that nobody's letters are held for one that is gone.</summary>
    private static async Task<HashSet<long>> ThereAsync(
        ServiceBusReceiver receiver,
        IReadOnlyList<long> ids,
        CancellationToken cancellationToken)
    {
        var (left, there) = (new SortedSet<long>(ids), new HashSet<long>());
        while (left.Count > 0 && await receiver.PeekMessagesAsync(MaxBatch, left.Min, cancellationToken) is { Count: > 0 } page)
        {
            there.UnionWith(page.Select(letter => letter.SequenceNumber).Where(left.Contains));
            left.RemoveWhere(id => id <= page[^1].SequenceNumber);
        }

        return there;
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

    private ServiceBusReceiver Receiver(string queue) =>
        client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
}
