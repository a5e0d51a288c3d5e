using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Media;
using Chat.Functions.Media.Images;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;
using Xunit;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>A machine that lacks the memory for a picture. Nothing else runs meanwhile, as it would lack it, too.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    /// <summary>Too little for 50 million pixels, and enough for all else.</summary>
    private const int Little = 60_000_000;

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("image/png")]
    [InlineData("image/webp")]
    public async Task Should_not_blame_the_file(string contentType)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var black = Image.Black(10_000, 5_000);
        var file = black.Encoded(contentType);
        using var processing = new MediaProcessing(null!, null!, null!, null!, NullLogger<MediaProcessing>.Instance);
        using (new LittleMemory(Environment.ProcessId, Little))
        {
            Assert.Throws<InsufficientMemoryException>(() => ImageProcessor.Process(file, contentType, CancellationToken.None));
            await Assert.ThrowsAsync<InsufficientMemoryException>(
                () => processing.TryProcessAsync(file, ImageProcessor.MaxPixels, CancellationToken.None));
        }

        Assert.Equal(10_000, ImageProcessor.Process(file, contentType, CancellationToken.None).Width);
    }
}
