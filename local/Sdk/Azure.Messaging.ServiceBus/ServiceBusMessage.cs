#nullable disable
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message to send: a body of bytes, the broker's properties and the application's own.</summary>
public class ServiceBusMessage
{
    private const int MaxIdLength = 128;

    public ServiceBusMessage()
        : this(default(ReadOnlyMemory<byte>))
    {
    }

    public ServiceBusMessage(string body)
        : this(BinaryData.FromString(body))
    {
    }

    public ServiceBusMessage(ReadOnlyMemory<byte> body)
        : this(BinaryData.FromBytes(body))
    {
    }

    public ServiceBusMessage(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Body = body;
    }

    /// <summary>A copy to send again: what the sender had set, without what the broker added.</summary>
    public ServiceBusMessage(ServiceBusReceivedMessage receivedMessage)
    {
        ArgumentNullException.ThrowIfNull(receivedMessage);
        Body = receivedMessage.Body;
        MessageId = receivedMessage.MessageId;
        SessionId = receivedMessage.SessionId;
        PartitionKey = receivedMessage.PartitionKey;
        TransactionPartitionKey = receivedMessage.TransactionPartitionKey;
        ReplyToSessionId = receivedMessage.ReplyToSessionId;
        TimeToLive = receivedMessage.TimeToLive;
        CorrelationId = receivedMessage.CorrelationId;
        Subject = receivedMessage.Subject;
        To = receivedMessage.To;
        ContentType = receivedMessage.ContentType;
        ReplyTo = receivedMessage.ReplyTo;
        ScheduledEnqueueTime = receivedMessage.ScheduledEnqueueTime;
        foreach (var (name, value) in receivedMessage.ApplicationProperties)
        {
            if (name is not (DeadLetterProperties.Reason or DeadLetterProperties.Description) && !TraceProperties.IsOne(name))
            {
                ApplicationProperties.Add(name, value);
            }
        }
    }

    public BinaryData Body { get; set; }

    /// <summary>What duplicate detection compares; at most 128 characters, never empty.</summary>
    public string MessageId
    {
        get;
        set
        {
            ThrowIfTooLong(value);
            if (value is { Length: 0 })
            {
                throw new ArgumentException("A message id can't be empty.", nameof(value));
            }

            field = value;
        }
    }

    public string SessionId
    {
        get;
        set
        {
            ThrowIfTooLong(value);
            field = value;
            // A session is a partition: setting it moves the key along.
            if (PartitionKey is not null)
            {
                PartitionKey = value;
            }
        }
    }

    public string PartitionKey
    {
        get;
        set
        {
            ThrowIfTooLong(value);
            if (SessionId is not null && value is not null && value != SessionId)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "A message with a session must have it as its partition key.");
            }

            field = value;
        }
    }

    public string TransactionPartitionKey
    {
        get;
        set
        {
            ThrowIfTooLong(value);
            field = value;
        }
    }

    public string ReplyToSessionId
    {
        get;
        set
        {
            ThrowIfTooLong(value);
            field = value;
        }
    }

    /// <summary>How long after it is enqueued the message may be received; the queue's own limit wins when shorter.</summary>
    public TimeSpan TimeToLive
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.MaxValue;

    public string CorrelationId { get; set; }

    public string Subject { get; set; }

    public string To { get; set; }

    public string ContentType { get; set; }

    public string ReplyTo { get; set; }

    /// <summary>When the message becomes receivable; at once when it is past.</summary>
    public DateTimeOffset ScheduledEnqueueTime { get; set; }

    /// <summary>The application's properties: numbers, strings, characters, booleans, times, GUIDs and URIs.</summary>
    public IDictionary<string, object> ApplicationProperties { get; } = new Dictionary<string, object>(StringComparer.Ordinal);

    public override string ToString() => $"{{MessageId:{MessageId}}}";

    private static void ThrowIfTooLong(string value)
    {
        if (value?.Length > MaxIdLength)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"At most {MaxIdLength} characters are allowed.");
        }
    }
}
