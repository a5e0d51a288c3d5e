using System.Diagnostics;
using System.IO.Compression;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Media;
using Chat.Functions.Media.Images;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;
using Xunit;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>What pictures may take of a machine. Nothing else runs meanwhile: what is limited and measured is the process's.</summary>
[Collection(nameof(DecoderLimitsTests))]
[CollectionDefinition(nameof(DecoderLimitsTests), DisableParallelization = true)]
public sealed class DecoderLimitsTests
{
    /// <summary>Too little for 50 million pixels, and enough for all else.</summary>
    private const int Little = 60_000_000;

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("image/png")]
    [InlineData("image/webp")]
    public async Task Should_not_blame_the_file_for_a_lack_of_memory(string contentType)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var black = Image.Black(10_000, 5_000);
        var file = black.Encoded(contentType);
        using var processing = new MediaProcessing(
            null!, null!, null!, null!, null!, TimeProvider.System, NullLogger<MediaProcessing>.Instance);
        using (new LittleMemory(Environment.ProcessId, Little))
        {
            Assert.Throws<InsufficientMemoryException>(() => ImageProcessor.Process(file, contentType, CancellationToken.None));
            await Assert.ThrowsAsync<InsufficientMemoryException>(
                () => processing.TryProcessAsync(file, ImageProcessor.MaxPixels, CancellationToken.None));
        }

        Assert.Equal(10_000, ImageProcessor.Process(file, contentType, CancellationToken.None).Width);
    }

    [Fact]
    public async Task Should_stop_in_the_middle_of_a_picture()
    {
        using var black = Image.Black(10_000, 5_000);
        var file = black.Encoded("image/png");

        var killed = Assert.IsType<VipsException>(await CancelledAsync(
            cancel => ImageDecoder.Decode(file, ImageFormat.Png, ImageProcessor.MaxPixels, cancel).Dispose()));
        Assert.Contains("killed for image", killed.Message, StringComparison.Ordinal);
        Assert.IsType<OperationCanceledException>(await CancelledAsync(cancel => ImageProcessor.Process(file, "image/png", cancel)));
    }

    /// <summary>
    /// What a decoder throws that is cancelled while pixels come. They have their memory by then, and come row by row. On a busy machine
    /// all may have come before: then it is tried again.
    /// </summary>
    private static async Task<Exception?> CancelledAsync(Action<CancellationToken> decode)
    {
        Exception? thrown = null;
        for (var attempt = 0; attempt < 20 && thrown is null; attempt++)
        {
            using var cancel = new CancellationTokenSource();
            var decoding = Task.Run(() => decode(cancel.Token));
            while (Stats.Mem < 100_000_000 && !decoding.IsCompleted)
            {
                await Task.Yield();
            }

            await cancel.CancelAsync();
            thrown = await Record.ExceptionAsync(() => decoding);
        }

        return thrown;
    }

    [Fact]
    public void Should_not_unpack_the_texts_of_a_PNG()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            zlib.Write(new byte[7_900_000]);
        }

        var texts = Enumerable.Range(0, 90).Select(n => ("zTXt", (byte[])[(byte)'a', (byte)(n + 33), 0, 0, .. packed.ToArray()]));
        var file = Files.Png([Files.Header(8, 8, 8, 0), .. texts, Files.Rows(8, new byte[8]), Files.PngEnd]);
        var before = Peak();

        Assert.Equal(8, ImageProcessor.Process(file, "image/png", CancellationToken.None).Width);
        Assert.InRange(Peak() - before, 0, 200_000_000);

        static long Peak()
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
