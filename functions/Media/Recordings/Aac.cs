namespace Chat.Functions.Media.Recordings;

/// <summary>What of AAC a recording needs: its configuration, and with it how long a frame plays (ISO/IEC 14496-3, 1.6 and 4.4).</summary>
internal static class Aac
{
    private const int MaxConfig = 16;

    private static readonly int[] Rates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    /// <summary>The sound of frames under an AudioSpecificConfig: AAC-LC, also with what makes it HE-AAC.</summary>
    /// <remarks>A frame's samples are those of the core, which plays as long as what an extension makes of it.</remarks>
    public static (int Rate, int Channels, int SamplesOfFrame) Read(ReadOnlySpan<byte> config)
    {
        if (config.Length > MaxConfig)
        {
            throw FileReader.Unreadable();
        }

        var bits = new Bits(config);
        var type = bits.Take(5);
        var rate = Rate(ref bits);
        var channels = bits.Take(4);
        if (type is 5 or 29)
        {
            Rate(ref bits);
            type = bits.Take(5);
        }

        var isShort = bits.Take(1) == 1;
        return type == 2 && channels is 1 or 2 ? (rate, channels, isShort ? 960 : 1024) : throw FileReader.Unreadable();
    }

    /// <summary>Whether a config is of what <see cref="Read"/> takes, but with any channels, and whatever follows.</summary>
    public static bool IsLowComplexity(ReadOnlySpan<byte> config)
    {
        var bits = new Bits(config);
        var type = bits.Take(5);
        if (type is 5 or 29)
        {
            SkipRate(ref bits);
            bits.Take(4);
            SkipRate(ref bits);
            type = bits.Take(5);
        }

        return type == 2;
    }

    private static void SkipRate(ref Bits bits)
    {
        if (bits.Take(4) == 15)
        {
            bits.Take(24);
        }
    }

    private static int Rate(ref Bits bits)
    {
        var index = bits.Take(4);
        var rate = index < Rates.Length ? Rates[index] : index == 15 ? bits.Take(24) : 0;
        return rate is >= 7350 and <= 96000 ? rate : throw FileReader.Unreadable();
    }

    private ref struct Bits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public int Take(int count)
        {
            var value = 0;
            for (; count > 0; count--, _at++)
            {
                value = _at < _bytes.Length * 8 ? (value << 1) | ((_bytes[_at / 8] >> (7 - _at % 8)) & 1) : throw FileReader.Unreadable();
            }

            return value;
        }
    }
}
