using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus.InProcess;

/// <summary>Messages to send as one, held to the size that they take together on the wire, as the client counts it.</summary>
internal sealed class InProcessBatch
{
    private const int Envelope = 24;
    private const int SmallMessage = 255;

    /// <summary>The SDK's type can't be derived from, and doesn't give back what is in it.</summary>
    private static readonly ConditionalWeakTable<ServiceBusMessageBatch, InProcessBatch> Batches = [];

    private readonly List<Submission> _messages = [];
    private long _size = Envelope;

    public static ServiceBusMessageBatch Create(long maxSize)
    {
        var messages = new InProcessBatch();
        var batch = ServiceBusModelFactory.ServiceBusMessageBatch(
            batchSizeBytes: 0,
            [],
            new CreateMessageBatchOptions { MaxSizeInBytes = maxSize },
            message => messages.TryAdd(Submission.Of(message), maxSize));
        Batches.Add(batch, messages);
        return batch;
    }

    /// <exception cref="ArgumentException">The batch is of another client.</exception>
    public static IReadOnlyList<Submission> MessagesOf(ServiceBusMessageBatch batch) =>
        Batches.TryGetValue(batch, out var messages)
            ? messages._messages
            : throw new ArgumentException("The batch isn't of this client.", nameof(batch));

    private bool TryAdd(Submission message, long maxSize)
    {
        var size = _size + message.Size + (message.Size <= SmallMessage ? 5 : 8);
        if (size > maxSize)
        {
            return false;
        }

        _size = size;
        _messages.Add(message);
        return true;
    }
}
