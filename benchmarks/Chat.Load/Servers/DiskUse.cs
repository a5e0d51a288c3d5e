using System.Globalization;

namespace Chat.Load.Servers;

/// <summary>What a process did with files, by Linux.</summary>
/// <param name="Written">The bytes of the pages that it changed, which reach the disk whole however few of their bytes it wrote.</param>
/// <param name="Writes">Calls that write, to files mostly: sockets have calls of their own.</param>
/// <param name="Reads">Calls that read.</param>
internal readonly record struct DiskUse(long Written, long Writes, long Reads)
{
    public static DiskUse Of(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/io");
        return new DiskUse(Read("write_bytes: "), Read("syscw: "), Read("syscr: "));

        long Read(string name) => long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
    }

    public static DiskUse operator -(DiskUse after, DiskUse before) =>
        new(after.Written - before.Written, after.Writes - before.Writes, after.Reads - before.Reads);

    public static DiskUse operator +(DiskUse one, DiskUse other) =>
        new(one.Written + other.Written, one.Writes + other.Writes, one.Reads + other.Reads);
}
