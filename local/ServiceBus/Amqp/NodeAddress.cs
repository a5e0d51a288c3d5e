using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>What a link is to: the node of tokens, a queue or its dead letters, or the management of one.</summary>
internal readonly record struct NodeAddress(string Queue, SubQueue SubQueue, bool IsManagement)
{
    private const string Management = "$management";
    private const string DeadLetters = "$DeadLetterQueue";

    /// <summary>The queue, or the queue and its dead letters, as tokens name it.</summary>
    public string Path => SubQueue == SubQueue.DeadLetter ? $"{Queue}/{DeadLetters}" : Queue;

    /// <summary>Reads the address of a link, with or without a leading slash or a host.</summary>
    /// <exception cref="NotSupportedException">It is of something that the local Service Bus doesn't have.</exception>
    public static NodeAddress Parse(string address)
    {
        var parts = PathOf(address).Split('/');
        var isManagement = Is(parts[^1], Management);
        return (isManagement ? parts[..^1] : parts) switch
        {
            [var queue] => new NodeAddress(queue, SubQueue.None, isManagement),
            [var queue, var part] when Is(part, DeadLetters) => new NodeAddress(queue, SubQueue.DeadLetter, isManagement),
            [] => throw new NotSupportedException("The local Service Bus doesn't list sessions: it has none."),
            [_, var part, ..] when Is(part, "Subscriptions") =>
                throw new NotSupportedException("The local Service Bus has queues only, no topics."),
            [_, var part, ..] when Is(part, "$Transfer") =>
                throw new NotSupportedException("The local Service Bus doesn't forward, so that it has no transfer dead letters."),
            _ => new NodeAddress(address, SubQueue.None, isManagement),
        };
    }

    /// <summary>What follows the host in an address or an audience; the whole where there is none.</summary>
    public static string PathOf(string address)
    {
        var host = address.IndexOf("://", StringComparison.Ordinal);
        var path = host < 0 ? address : address.IndexOf('/', host + 3) is > 0 and var slash ? address[slash..] : "";
        return path.Trim('/');
    }

    private static bool Is(string part, string name) => string.Equals(part, name, StringComparison.OrdinalIgnoreCase);
}
