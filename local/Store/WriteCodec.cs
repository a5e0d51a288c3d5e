using System.Buffers;
using System.Text;

namespace Chat.Local.Store;

/// <summary>Writes as bytes of the commit log.</summary>
internal static class WriteCodec
{
    public static void Encode(in Write write, ArrayBufferWriter<byte> to)
    {
        to.GetSpan(1)[0] = (byte)write.Kind;
        to.Advance(1);
        Number(write.Number, to);
        switch (write.Kind)
        {
            case WriteKind.PutRecord:
                Text(write.Record!.Space, to);
                Text(write.Record.Key, to);
                Bytes(write.Record.Value, to);
                break;
            case WriteKind.PutRow:
                Bytes(write.Bytes, to);
                break;
            case WriteKind.AddEntry or WriteKind.RemoveEntry or WriteKind.ClearIndex:
                Number(write.Index.Scope, to);
                Number(write.Index.Kind, to);
                Bytes(write.Bytes, to);
                break;
        }
    }

    /// <summary>Reads one write and leaves the rest; the bytes have passed their checksum.</summary>
    public static Write Decode(ref ReadOnlyMemory<byte> from)
    {
        var kind = (WriteKind)from.Span[0];
        from = from[1..];
        var number = Number(ref from);
        switch (kind)
        {
            case WriteKind.PutRecord:
                var space = Encoding.UTF8.GetString(Bytes(ref from).Span);
                var key = Encoding.UTF8.GetString(Bytes(ref from).Span);
                return Write.Put(new Record(number, space, key, Bytes(ref from).ToArray()));
            case WriteKind.PutRow:
                return Write.PutRow(number, Bytes(ref from).ToArray());
            case WriteKind.AddEntry or WriteKind.RemoveEntry or WriteKind.ClearIndex:
                var scope = Number(ref from);
                var index = new IndexName(scope, (int)Number(ref from));
                return new Write(kind, number, Index: index, Value: Bytes(ref from).ToArray());
            default:
                return new Write(kind, number);
        }
    }

    /// <summary>Seven bits a byte: numbers are small.</summary>
    private static void Number(long value, ArrayBufferWriter<byte> to)
    {
        var span = to.GetSpan(10);
        var length = 0;
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            span[length++] = (byte)(rest | 0x80);
        }

        span[length++] = (byte)rest;
        to.Advance(length);
    }

    private static long Number(ref ReadOnlyMemory<byte> from)
    {
        var (value, shift, at) = (0UL, 0, 0);
        var span = from.Span;
        while (true)
        {
            var one = span[at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                from = from[at..];
                return (long)value;
            }

            shift += 7;
        }
    }

    private static void Text(string value, ArrayBufferWriter<byte> to)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Number(length, to);
        Encoding.UTF8.GetBytes(value, to.GetSpan(length));
        to.Advance(length);
    }

    private static void Bytes(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> to)
    {
        Number(value.Length, to);
        to.Write(value);
    }

    private static ReadOnlyMemory<byte> Bytes(ref ReadOnlyMemory<byte> from)
    {
        var length = (int)Number(ref from);
        var bytes = from[..length];
        from = from[length..];
        return bytes;
    }
}
