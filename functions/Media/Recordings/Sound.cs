namespace Chat.Functions.Media.Recordings;

/// <summary>The sound of a recording, without the file that it was in.</summary>
/// <param name="Codec">How its frames are encoded.</param>
/// <param name="Config">What a decoder must know: an <c>OpusHead</c>, or the AudioSpecificConfig of AAC.</param>
/// <param name="Rate">Samples a second, in which frames are measured.</param>
/// <param name="Channels">One or two.</param>
/// <param name="Frames">In order; at least one.</param>
internal sealed record Sound(SoundCodec Codec, ReadOnlyMemory<byte> Config, int Rate, int Channels, IReadOnlyList<SoundFrame> Frames)
{
    public int DurationMs => (int)(Frames.Sum(frame => (long)frame.Samples) * 1000 / Rate);
}

internal enum SoundCodec
{
    Opus,
    Aac,
}

/// <summary>A frame as it is encoded, and how many samples it makes: what it says itself, and not what is said of it.</summary>
internal readonly record struct SoundFrame(ReadOnlyMemory<byte> Data, int Samples);

/// <summary>Takes the frames of a file one by one, no more than a recording may have.</summary>
/// <remarks>All frames take no more bytes than the file has.</remarks>
internal sealed class SoundFrames(int fileLength)
{
    /// <summary>A frame of Opus is 2.5 ms at least, and one of AAC longer: more than a minute has.</summary>
    private const int MaxFrames = 30_000;

    /// <summary>
    /// The shortest frame of Opus, 120 samples, takes 1,275 bytes at most (RFC 6716, 3.4), and AAC takes less. What is longer carries
    /// something else.
    /// </summary>
    private const int MaxBytesOfSample = 11;

    private readonly List<SoundFrame> _all = [];
    private long _bytes;

    public void Add(ReadOnlyMemory<byte> data, int samples)
    {
        _bytes += data.Length;
        if (data.IsEmpty || data.Length > MaxBytesOfSample * samples || _bytes > fileLength)
        {
            throw FileReader.Unreadable();
        }

        if (_all.Count == MaxFrames)
        {
            throw new UnusableMediaException(UnusableMediaException.TooLong, "The recording has too many frames.");
        }

        _all.Add(new(data, samples));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<SoundFrame> ToList() => _all.Count > 0 ? _all : throw FileReader.Unreadable();
}
