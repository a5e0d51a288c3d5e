using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>
/// The sections of an encoded AMQP message, each with its descriptor, found without decoding them; empty where there is none.
/// </summary>
/// <remarks>The body is all from its first section on. Delivery annotations are for one hop and are left out.</remarks>
internal readonly record struct MessageSections(
    ReadOnlyMemory<byte> Header,
    ReadOnlyMemory<byte> Annotations,
    ReadOnlyMemory<byte> Properties,
    ReadOnlyMemory<byte> ApplicationProperties,
    ReadOnlyMemory<byte> Body)
{
    private const ulong HeaderCode = 0x70;
    private const ulong DeliveryAnnotationsCode = 0x71;
    private const ulong AnnotationsCode = 0x72;
    private const ulong PropertiesCode = 0x73;
    private const ulong ApplicationPropertiesCode = 0x74;
    private const ulong DataCode = 0x75;
    private const ulong SequenceCode = 0x76;
    private const ulong ValueCode = 0x77;
    private const ulong FooterCode = 0x78;
    private const byte SmallULong = 0x53;
    private const byte ULong = 0x80;

    /// <exception cref="AmqpException">The bytes aren't a message, or one that would be dangerous to decode.</exception>
    public static MessageSections Of(ReadOnlyMemory<byte> message)
    {
        var sections = default(MessageSections);
        var last = 0UL;
        for (var at = 0; at < message.Length;)
        {
            var section = message.Slice(at, AmqpValue.Measure(message.Span[at..]));
            var code = CodeOf(section.Span);
            if (code < last || (code == last && code is not (DataCode or SequenceCode)))
            {
                throw AmqpValue.Malformed("has sections out of order");
            }

            sections = code switch
            {
                HeaderCode => sections with { Header = section },
                DeliveryAnnotationsCode => sections,
                AnnotationsCode => sections with { Annotations = section },
                PropertiesCode => sections with { Properties = section },
                ApplicationPropertiesCode => sections with { ApplicationProperties = section },
                DataCode or SequenceCode or ValueCode or FooterCode =>
                    sections.Body.IsEmpty ? sections with { Body = message[at..] } : sections,
                _ => throw AmqpValue.Malformed($"has a section {code:x}"),
            };
            last = code;
            at += section.Length;
        }

        return sections;
    }

    /// <summary>A decoded section, or an empty one where there is none.</summary>
    public static T Decode<T>(ReadOnlyMemory<byte> section)
        where T : class, IAmqpSerializable, new() =>
        section.IsEmpty
            ? new T()
            : AmqpCodec.DecodeKnownType<T>(new ByteBuffer(MemoryMarshal.TryGetArray(section, out var array) ? array : section.ToArray()));

    public static ReadOnlyMemory<byte> Encode(IAmqpSerializable section)
    {
        var buffer = new ByteBuffer(section.EncodeSize, autoGrow: true);
        section.Encode(buffer);
        return buffer.Buffer.AsMemory(0, buffer.Length);
    }

    /// <summary>What the data sections of a body hold.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> DataOf(ReadOnlyMemory<byte> body)
    {
        for (var rest = body; !rest.IsEmpty;)
        {
            var section = rest[..AmqpValue.Measure(rest.Span)];
            if (CodeOf(section.Span) == DataCode)
            {
                yield return Decode<Data>(section).Value is ArraySegment<byte> data ? data : default;
            }

            rest = rest[section.Length..];
        }
    }

    private static ulong CodeOf(ReadOnlySpan<byte> section) => section switch
    {
        [0x00, SmallULong, var code, ..] => code,
        [0x00, ULong, _, _, _, _, _, _, _, _, ..] => BinaryPrimitives.ReadUInt64BigEndian(section[2..]),
        _ => throw AmqpValue.Malformed("has something that is no section"),
    };
}
