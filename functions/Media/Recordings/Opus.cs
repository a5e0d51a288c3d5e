namespace Chat.Functions.Media.Recordings;

/// <summary>What of Opus a recording needs: its header, and how long a packet plays (RFC 6716, 3.1 and RFC 7845, 5.1).</summary>
internal static class Opus
{
    /// <summary>By which the packets of any file are measured.</summary>
    public const int Rate = 48_000;

    private const int HeadLength = 19;
    private const int MaxSamples = Rate / 1000 * 120;

    /// <summary>The sound of a file that has this header, in the form that WebM and Ogg have it in.</summary>
    public static Sound Sound(ReadOnlyMemory<byte> head, IReadOnlyList<SoundFrame> frames) =>
        head.Length == HeadLength && head.Span is [.. var magic, _, 1 or 2, _, _, _, _, _, _, 0, 0, 0]
            && magic.SequenceEqual("OpusHead"u8)
            ? new(SoundCodec.Opus, head, Rate, head.Span[9], frames)
            : throw FileReader.Unreadable();

    /// <summary>The header in the form that WebM has it in, of that which MP4 has.</summary>
    public static byte[] HeadOf(ReadOnlySpan<byte> dOps)
    {
        if (dOps is not [0, _, _, _, _, _, _, _, _, _, _])
        {
            throw FileReader.Unreadable();
        }

        byte[] head = [.. "OpusHead"u8, 1, .. dOps[1..]];
        SwapNumbers(head.AsSpan(10));
        return head;
    }

    /// <summary>The header in the form that MP4 has it in.</summary>
    public static byte[] BoxOf(ReadOnlySpan<byte> head)
    {
        byte[] box = [0, .. head[9..]];
        SwapNumbers(box.AsSpan(2));
        return box;
    }

    /// <summary>How many samples a packet makes.</summary>
    public static int SamplesOf(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
        {
            throw FileReader.Unreadable();
        }

        var config = packet[0] >> 3;
        ReadOnlySpan<int> frame = config switch
        {
            < 12 => [480, 960, 1920, 2880],
            < 16 => [480, 960, 480, 960],
            _ => [120, 240, 480, 960],
        };
        var frames = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length > 1 ? packet[1] & 0x3F : 0,
        };
        var samples = frame[config & 3] * frames;
        return samples is > 0 and <= MaxSamples ? samples : throw FileReader.Unreadable();
    }

    /// <summary>Pre-skip, rate and gain are little-endian in one form, and big-endian in the other.</summary>
    private static void SwapNumbers(Span<byte> numbers)
    {
        numbers[..2].Reverse();
        numbers[2..6].Reverse();
        numbers[6..8].Reverse();
    }
}
