using System.Buffers.Binary;

namespace Chat.Functions.Media.Recordings;

/// <summary>Reads Opus in Ogg (RFC 3533 and 7845). What the recorder, or who sends it, says about it is left behind.</summary>
internal static class OggReader
{
    private const byte IsContinued = 1;

    public static Sound Read(ReadOnlyMemory<byte> file)
    {
        var reader = new FileReader(file);
        var frames = new SoundFrames(file.Length);
        var packet = new List<byte>();
        var packets = 0;
        ReadOnlyMemory<byte> head = default;
        uint? serial = null;
        while (reader.Left > 0)
        {
            var page = reader.Bytes(27);
            var (number, isContinued) = (BinaryPrimitives.ReadUInt32LittleEndian(page[14..]), (page[5] & IsContinued) != 0);
            if (!page.StartsWith("OggS\0"u8) || isContinued != packet.Count > 0)
            {
                throw FileReader.Unreadable();
            }

            if (number != (serial ??= number))
            {
                throw new UnusableMediaException(UnusableMediaException.WrongTracks, "The file has several tracks.");
            }

            foreach (var length in reader.Bytes(page[26]))
            {
                packet.AddRange(reader.Bytes(length));
                if (length < byte.MaxValue)
                {
                    Take(packet.ToArray());
                    packet.Clear();
                }
            }
        }

        return packet.Count == 0 ? Opus.Sound(head, frames.ToList()) : throw FileReader.Unreadable();

        // The first packet is the header, and the second has the comments.
        void Take(ReadOnlyMemory<byte> whole)
        {
            if (packets == 0)
            {
                head = whole.Span.StartsWith("OpusHead"u8)
                    ? whole
                    : throw new UnusableMediaException(UnusableMediaException.WrongType, "The sound isn't Opus.");
            }
            else if (packets > 1)
            {
                frames.Add(whole, Opus.SamplesOf(whole.Span));
            }

            packets++;
        }
    }
}
