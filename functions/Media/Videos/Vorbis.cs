using System.Buffers.Binary;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>What of Vorbis a video needs: its setup holds comments, of which none stays.</summary>
internal static class Vorbis
{
    /// <summary>What a packet of comments has without any: its type, the length of who wrote it, their number, and a bit.</summary>
    private const int Least = 7 + sizeof(uint) + sizeof(uint) + 1;

    /// <summary>
    /// Three packets, of which the lengths of the first two are before them (https://matroska.org/technical/codec_specs.html). All that the
    /// comments took becomes the name of who wrote it, of zeros.
    /// </summary>
    public static void CleanSetup(FileReader setup, WebmPart part)
    {
        if (setup.Byte() != 2)
        {
            throw FileReader.Unreadable();
        }

        var (first, comments) = (Length(ref setup), Length(ref setup));
        setup.Skip(first);
        var packet = setup.Within(comments);
        if (packet.Left < Least || !packet.Bytes(7).SequenceEqual("\u0003vorbis"u8))
        {
            throw FileReader.Unreadable();
        }

        var (at, length) = (part.Start + packet.At, packet.Left);
        var name = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(name, comments - Least);
        part.Patches.Clear(at, length);
        part.Patches.Write(at, name);
        part.Patches.Write(at + length - 1, [1]);
    }

    private static int Length(ref FileReader setup)
    {
        for (var length = 0; ;)
        {
            var next = setup.Byte();
            length += next;
            if (next < byte.MaxValue)
            {
                return length;
            }
        }
    }
}
