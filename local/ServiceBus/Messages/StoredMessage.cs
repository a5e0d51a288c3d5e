using System.Buffers.Binary;
using Azure.Messaging.ServiceBus;
using Chat.Local.Store;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>A message in a queue: its content and where it stands. Its queue's lock guards it; times are UTC ticks.</summary>
internal sealed class StoredMessage(long recordId, StoredContent content)
{
    public const long Never = long.MaxValue;
    private const int HeaderSize = 1 + sizeof(int) + (5 * sizeof(long));
    private const byte DeadLetteredFlag = 4;
    private const byte TombstoneFlag = 8;

    public long RecordId { get; } = recordId;

    public StoredContent Content { get; set; } = content;

    public ServiceBusMessageState State { get; set; }

    public bool IsDeadLettered { get; set; }

    public long SequenceNumber { get; set; }

    /// <summary>Its rank among the available: its sequence number, unless a fault lets others overtake.</summary>
    public long Place { get; set; }

    public long EnqueuedAt { get; set; }

    public long TimeToLive { get; set; }

    public long ScheduledFor { get; set; }

    public int DeliveryCount { get; set; }

    /// <summary>Empty unless locked.</summary>
    public Guid LockToken { get; set; }

    public long LockedUntil { get; set; }

    /// <summary>When <see cref="Agenda"/> looks at it again; only that may change it.</summary>
    public long DueAt { get; set; } = Never;

    /// <summary>Up to where the store must be durable before anybody may see the message as it is.</summary>
    public long Position { get; set; }

    /// <summary>Its entry in the duplicate history, if the queue has one.</summary>
    public RememberedId? Remembered { get; set; }

    public bool IsLocked => LockToken != Guid.Empty;

    public long ExpiresAt => TimeToLive >= Never - EnqueuedAt ? Never : EnqueuedAt + TimeToLive;

    /// <summary>Reads a record; what is left of a settled message is only an id to remember.</summary>
    public static (StoredMessage? Message, RememberedId? Remembered) FromRecord(Record record)
    {
        var header = record.Value.AsSpan();
        var rememberUntil = Number(4);
        var remembered = rememberUntil == 0 ? null : new RememberedId(record.Key, rememberUntil, record.Id);
        if ((header[0] & TombstoneFlag) != 0)
        {
            remembered!.IsSettled = true;
            return (null, remembered);
        }

        return (
            new StoredMessage(record.Id, new StoredContent(record.Value.AsMemory(HeaderSize), record.Key))
            {
                State = (ServiceBusMessageState)(header[0] & 3),
                IsDeadLettered = (header[0] & DeadLetteredFlag) != 0,
                DeliveryCount = BinaryPrimitives.ReadInt32LittleEndian(header[1..]),
                SequenceNumber = Number(0),
                Place = Number(0),
                EnqueuedAt = Number(1),
                TimeToLive = Number(2),
                ScheduledFor = Number(3),
                Remembered = remembered,
            },
            remembered);

        long Number(int index) => BinaryPrimitives.ReadInt64LittleEndian(record.Value.AsSpan(1 + sizeof(int) + (index * sizeof(long))));
    }

    public Record ToRecord(string space)
    {
        var value = new byte[HeaderSize + Content.Bytes.Length];
        WriteHeader(value, (byte)((int)State | (IsDeadLettered ? DeadLetteredFlag : 0)));
        Content.Bytes.CopyTo(value.AsMemory(HeaderSize));
        return new Record(RecordId, space, Content.MessageId, value);
    }

    /// <summary>What stays of a settled message while its id is remembered.</summary>
    public Record ToTombstone(string space)
    {
        var value = new byte[HeaderSize];
        WriteHeader(value, TombstoneFlag);
        return new Record(RecordId, space, Content.MessageId, value);
    }

    private void WriteHeader(Span<byte> header, byte kind)
    {
        header[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], DeliveryCount);
        header = header[(1 + sizeof(int))..];
        foreach (var number in (ReadOnlySpan<long>)[SequenceNumber, EnqueuedAt, TimeToLive, ScheduledFor, Remembered?.Until ?? 0])
        {
            BinaryPrimitives.WriteInt64LittleEndian(header, number);
            header = header[sizeof(long)..];
        }
    }
}
