using System.Collections.ObjectModel;
using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus;

/// <summary>
/// What a sender gave, as bytes that never change: nothing that a caller keeps a reference to reaches the queue, and each receiver gets
/// objects of its own.
/// </summary>
/// <remarks>Layout: a bit per text that is there, the texts, application properties, body.</remarks>
internal sealed class StoredContent
{
    /// <summary>What a message may take with all its properties, in the Standard tier.</summary>
    public const int MaxSize = 256 * 1024;

    private const int MaxPropertiesSize = 64 * 1024;
    private const int MaxPropertySize = 32 * 1024;
    private readonly byte[] _bytes;

    public StoredContent(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        using var reader = Reader();
        var texts = reader.ReadUInt16();
        MessageId = reader.ReadString();
        SessionId = (texts & 1) != 0 ? reader.ReadString() : null;
    }

    private StoredContent(byte[] bytes, string messageId, string? sessionId)
    {
        _bytes = bytes;
        MessageId = messageId;
        SessionId = sessionId;
    }

    public string MessageId { get; }

    public string? SessionId { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What Azure bills for moving the message: an operation per 64 KB.</summary>
    public int Operations => (_bytes.Length + 65535) / 65536;

    /// <summary>Takes a message as it is now; one without an id is given one.</summary>
    /// <exception cref="SerializationException">A property is of a type or size that Service Bus refuses.</exception>
    public static StoredContent Of(ServiceBusMessage message)
    {
        var body = message.Body?.ToMemory() ?? default;
        var messageId = message.MessageId ?? Guid.NewGuid().ToString("N");
        using var stream = new MemoryStream(256 + body.Length);
        using var writer = new BinaryWriter(stream);
        WriteTexts(
            writer,
            messageId,
            [
                message.SessionId, message.PartitionKey, message.TransactionPartitionKey, message.ReplyToSessionId, message.CorrelationId,
                message.Subject, message.To, message.ContentType, message.ReplyTo,
            ]);
        WriteProperties(writer, message.ApplicationProperties);
        writer.Write(body.Span);
        return new StoredContent(stream.ToArray(), messageId, message.SessionId);
    }

    /// <summary>The same with some application properties set to other values.</summary>
    public StoredContent With(IEnumerable<KeyValuePair<string, object>> changes)
    {
        using var reader = Reader();
        SkipTexts(reader);
        var start = (int)reader.BaseStream.Position;
        var properties = new Dictionary<string, object>(ReadProperties(reader), StringComparer.Ordinal);
        var end = (int)reader.BaseStream.Position;
        foreach (var (name, value) in changes)
        {
            properties[name] = value;
        }

        using var stream = new MemoryStream(_bytes.Length + 256);
        using var writer = new BinaryWriter(stream);
        writer.Write(_bytes.AsSpan(0, start));
        WriteProperties(writer, properties);
        writer.Write(_bytes.AsSpan(end));
        return new StoredContent(stream.ToArray(), MessageId, SessionId);
    }

    public ServiceBusReceivedMessage ToReceived(Delivery delivery)
    {
        using var reader = Reader();
        var texts = reader.ReadUInt16();
        reader.ReadString();
        // In the order in which they were written.
        return new ServiceBusReceivedMessage
        {
            MessageId = MessageId,
            SessionId = Text(0),
            PartitionKey = Text(1),
            TransactionPartitionKey = Text(2),
            ReplyToSessionId = Text(3),
            CorrelationId = Text(4),
            Subject = Text(5),
            To = Text(6),
            ContentType = Text(7),
            ReplyTo = Text(8),
            ApplicationProperties = ReadProperties(reader),
            Body = BinaryData.FromBytes(_bytes.AsMemory((int)reader.BaseStream.Position)),
            State = delivery.State,
            SequenceNumber = delivery.SequenceNumber,
            TimeToLive = new TimeSpan(delivery.TimeToLive),
            ScheduledEnqueueTime = new DateTimeOffset(delivery.ScheduledFor, TimeSpan.Zero),
            EnqueuedTime = new DateTimeOffset(delivery.EnqueuedAt, TimeSpan.Zero),
            DeliveryCount = delivery.DeliveryCount,
            LockTokenGuid = delivery.LockToken,
            LockedUntil = new DateTimeOffset(delivery.LockedUntil, TimeSpan.Zero),
        };

        string? Text(int index) => (texts & (1 << index)) != 0 ? reader.ReadString() : null;
    }

    private static void WriteTexts(BinaryWriter writer, string messageId, ReadOnlySpan<string?> texts)
    {
        var present = 0;
        for (var index = 0; index < texts.Length; index++)
        {
            present |= texts[index] is null ? 0 : 1 << index;
        }

        writer.Write((ushort)present);
        writer.Write(messageId);
        foreach (var text in texts)
        {
            if (text is not null)
            {
                writer.Write(text);
            }
        }
    }

    private static void SkipTexts(BinaryReader reader)
    {
        var texts = (uint)reader.ReadUInt16();
        for (var left = System.Numerics.BitOperations.PopCount(texts) + 1; left > 0; left--)
        {
            var length = reader.Read7BitEncodedInt();
            reader.BaseStream.Position += length;
        }
    }

    private static void WriteProperties(BinaryWriter writer, IDictionary<string, object> properties)
    {
        writer.Write7BitEncodedInt(properties.Count);
        if (properties.Count == 0)
        {
            return;
        }

        var start = writer.BaseStream.Position;
        foreach (var (name, value) in properties)
        {
            var before = writer.BaseStream.Position;
            writer.Write(name);
            PropertyValue.Write(writer, name, value);
            if (writer.BaseStream.Position - before > MaxPropertySize)
            {
                throw new SerializationException($"Application property {name} takes more than {MaxPropertySize} bytes.");
            }
        }

        if (writer.BaseStream.Position - start > MaxPropertiesSize)
        {
            throw new SerializationException($"The application properties take more than {MaxPropertiesSize} bytes.");
        }
    }

    private static IReadOnlyDictionary<string, object> ReadProperties(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0)
        {
            return ReadOnlyDictionary<string, object>.Empty;
        }

        var properties = new Dictionary<string, object>(count, StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            properties[reader.ReadString()] = PropertyValue.Read(reader)!;
        }

        return properties;
    }

    private BinaryReader Reader() => new(new MemoryStream(_bytes, writable: false));
}
