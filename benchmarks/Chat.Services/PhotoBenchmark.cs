using System.Diagnostics;
using System.Globalization;
using Chat.Functions.Media.Images;
using NetVips;

namespace Chat.Services;

/// <summary>What a photo costs to process, in a process of its own: processor time, and peak memory, which Linux alone tells.</summary>
internal static class PhotoBenchmark
{
    public const string Child = "--photo";

    private const int Repeats = 5;

    public static async Task RunAsync(int megapixels)
    {
        var path = Path.GetTempFileName();
        try
        {
            await System.IO.File.WriteAllBytesAsync(path, Photo(megapixels));
            using var child = Process.Start(Environment.ProcessPath!, [typeof(PhotoBenchmark).Assembly.Location, Child, path]);
            await child.WaitForExitAsync();
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    public static async Task MeasureAsync(string path)
    {
        var file = await System.IO.File.ReadAllBytesAsync(path);
        var before = Peak();
        var first = Cpu(file, out var made);
        Console.WriteLine($"{made.Width} × {made.Height} pixels, {file.Length / 1e6:0.0} MB.");
        Console.WriteLine($"First: {first.TotalSeconds:0.00} s of processor time, memory at most {Peak():0} MB, {before:0} MB before.");
        var further = Enumerable.Range(0, Repeats).Select(_ => Cpu(file, out var _).TotalSeconds).Order().ToList();
        Console.WriteLine($"Of {Repeats} more: {further[Repeats / 2]:0.00} s (median), memory at most {Peak():0} MB.");
    }

    private static TimeSpan Cpu(byte[] file, out ProcessedImage made)
    {
        var before = Environment.CpuUsage.TotalTime;
        made = ImageProcessor.Process(file, "image/jpeg", CancellationToken.None);
        return Environment.CpuUsage.TotalTime - before;
    }

    /// <summary>In MB.</summary>
    private static double Peak() => double.Parse(
        System.IO.File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(
            [' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024 / 1e6;

    /// <summary>A sky with clouds and grain, which a camera took on its side: about 2 bits a pixel.</summary>
    private static byte[] Photo(int megapixels)
    {
        var height = (int)Math.Sqrt(megapixels * 1e6 * 3 / 4);
        var width = (int)(megapixels * 1e6 / height);
        using var clouds = Image.Perlin(width, height, cellSize: 256) * 60;
        using var grain = Image.Gaussnoise(width, height, sigma: 6, mean: 128);
        using var light = clouds + grain;
        using var colours = light.Bandjoin(light * 0.9, light * 0.8 + 20);
        using var photo = colours.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb).Mutate(
            image => image.Set(GValue.GIntType, "orientation", 6));
        return photo.JpegsaveBuffer(q: 88);
    }
}
