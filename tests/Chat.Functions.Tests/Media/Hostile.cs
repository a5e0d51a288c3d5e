using System.Buffers.Binary;

namespace Chat.Functions.Tests.Media;

/// <summary>Makes files that deceive of good ones.</summary>
internal static class Hostile
{
    /// <summary>Each end that comes too early.</summary>
    public static IEnumerable<byte[]> Truncated(byte[] file) => Enumerable.Range(1, file.Length - 1).Select(length => file[..length]);

    /// <summary>Numbers that lie, whatever they are of: each where the headers are, and a third of those behind.</summary>
    public static IEnumerable<byte[]> Lying(byte[] file)
    {
        foreach (var lie in (uint[])[0, 1, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
        {
            for (var at = 0; at + 4 <= file.Length; at += at < 300 ? 1 : 3)
            {
                var lying = file.ToArray();
                BinaryPrimitives.WriteUInt32BigEndian(lying.AsSpan(at), lie);
                yield return lying;
            }
        }
    }

    /// <summary>Bytes changed, left out and repeated, half of them where the headers are.</summary>
    public static IEnumerable<byte[]> Changed(byte[] file, int rounds, Random random)
    {
        for (var round = 0; round < rounds; round++)
        {
            var changed = file.ToList();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                var at = random.Next(random.Next(2) == 0 ? Math.Min(300, changed.Count) : changed.Count);
                switch (random.Next(4))
                {
                    case 0:
                        changed.RemoveAt(at);
                        break;
                    case 1:
                        changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 50), changed.Count - at)));
                        break;
                    default:
                        changed[at] = (byte)random.Next(256);
                        break;
                }
            }

            yield return [.. changed];
        }
    }
}
