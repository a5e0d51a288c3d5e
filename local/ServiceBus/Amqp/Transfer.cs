using System.Runtime.InteropServices;
using Microsoft.Azure.Amqp;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>Messages of the library as bytes, without its decoding and encoding in between.</summary>
internal static class Transfer
{
    /// <summary>What a client sent, copied: the buffers are the connection's.</summary>
    public static byte[] Bytes(AmqpMessage message)
    {
        var bytes = new byte[message.RawByteBuffers.Sum(buffer => buffer.Length)];
        var at = 0;
        foreach (var buffer in message.RawByteBuffers)
        {
            buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).CopyTo(bytes.AsSpan(at));
            at += buffer.Length;
        }

        return bytes;
    }

    public static AmqpMessage Of(ReadOnlyMemory<byte> bytes, Guid tag)
    {
        MemoryMarshal.TryGetArray(bytes, out var segment);
        var message = AmqpMessage.CreateAmqpStreamMessage(new BufferListStream([segment]), payloadInitialized: true);
        message.DeliveryTag = new ArraySegment<byte>(tag.ToByteArray());
        return message;
    }
}
