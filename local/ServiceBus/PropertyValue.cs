using System.Runtime.Serialization;

namespace Chat.Local.ServiceBus;

/// <summary>An application property's value as bytes. Types that AMQP doesn't carry are refused, times lose what AMQP drops.</summary>
internal static class PropertyValue
{
    private enum Kind : byte
    {
        Null,
        False,
        True,
        Byte,
        SByte,
        Int16,
        UInt16,
        Int32,
        UInt32,
        Int64,
        UInt64,
        Single,
        Double,
        Decimal,
        Char,
        String,
        Guid,
        DateTime,
        DateTimeOffset,
        TimeSpan,
        Uri,
        Bytes,
    }

    /// <exception cref="SerializationException">Service Bus has no such type of property.</exception>
    public static void Write(BinaryWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: writer.Write((byte)Kind.Null); break;
            case bool yes: writer.Write((byte)(yes ? Kind.True : Kind.False)); break;
            case byte number: Tag(Kind.Byte).Write(number); break;
            case sbyte number: Tag(Kind.SByte).Write(number); break;
            case short number: Tag(Kind.Int16).Write(number); break;
            case ushort number: Tag(Kind.UInt16).Write(number); break;
            case int number: Tag(Kind.Int32).Write(number); break;
            case uint number: Tag(Kind.UInt32).Write(number); break;
            case long number: Tag(Kind.Int64).Write(number); break;
            case ulong number: Tag(Kind.UInt64).Write(number); break;
            case float number: Tag(Kind.Single).Write(number); break;
            case double number: Tag(Kind.Double).Write(number); break;
            case decimal number: Tag(Kind.Decimal).Write(number); break;
            case char character: Tag(Kind.Char).Write((ushort)character); break;
            case string text: Tag(Kind.String).Write(text); break;
            case Guid guid: Tag(Kind.Guid).Write(guid.ToByteArray()); break;
            case DateTime time: Tag(Kind.DateTime).Write(new DateTimeOffset(time.ToUniversalTime()).ToUnixTimeMilliseconds()); break;
            case DateTimeOffset time: Tag(Kind.DateTimeOffset).Write(time.UtcTicks); break;
            case TimeSpan span: Tag(Kind.TimeSpan).Write(span.Ticks); break;
            case Uri uri: Tag(Kind.Uri).Write(uri.OriginalString); break;
            case byte[] bytes:
                Tag(Kind.Bytes).Write(bytes.Length);
                writer.Write(bytes);
                break;
            default:
                throw new SerializationException($"Application property {name}: Service Bus can't carry a {value.GetType()}.");
        }

        BinaryWriter Tag(Kind kind)
        {
            writer.Write((byte)kind);
            return writer;
        }
    }

    public static object? Read(BinaryReader reader) => (Kind)reader.ReadByte() switch
    {
        Kind.Null => null,
        Kind.False => false,
        Kind.True => true,
        Kind.Byte => reader.ReadByte(),
        Kind.SByte => reader.ReadSByte(),
        Kind.Int16 => reader.ReadInt16(),
        Kind.UInt16 => reader.ReadUInt16(),
        Kind.Int32 => reader.ReadInt32(),
        Kind.UInt32 => reader.ReadUInt32(),
        Kind.Int64 => reader.ReadInt64(),
        Kind.UInt64 => reader.ReadUInt64(),
        Kind.Single => reader.ReadSingle(),
        Kind.Double => reader.ReadDouble(),
        Kind.Decimal => reader.ReadDecimal(),
        Kind.Char => (char)reader.ReadUInt16(),
        Kind.String => reader.ReadString(),
        Kind.Guid => new Guid(reader.ReadBytes(16)),
        Kind.DateTime => DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()).UtcDateTime,
        Kind.DateTimeOffset => new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
        Kind.TimeSpan => new TimeSpan(reader.ReadInt64()),
        Kind.Uri => new Uri(reader.ReadString(), UriKind.RelativeOrAbsolute),
        Kind.Bytes => reader.ReadBytes(reader.ReadInt32()),
        var other => throw new SerializationException($"No property has kind {other}."),
    };
}
