using System.Text;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>Blobs that come in blocks.</summary>
public sealed class BlockTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_be_there_whole_once_its_list_is_committed(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlockBlobClient("a");
        await blob.StageBlockAsync(Id(1), Bytes("one "));
        await blob.StageBlockAsync(Id(2), Bytes("two "));
        await blob.StageBlockAsync(Id(3), Bytes("three "));

        Assert.False(await blob.ExistsAsync());
        Assert.Equal([4L, 4L, 6L], (await ListAsync(blob)).Uncommitted);
        await blob.CommitBlockListAsync(
            [Id(3), Id(1)], new CommitBlockListOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "video/mp4" } });

        var read = (await blob.DownloadContentAsync()).Value;
        Assert.Equal(("three one ", "video/mp4"), (read.Content.ToString(), read.Details.ContentType));
        var lists = await ListAsync(blob);
        Assert.Equal([6L, 4L], lists.Committed);
        Assert.Empty(lists.Uncommitted);
        await blob.StageBlockAsync(Id(4), Bytes("four "));
        await blob.CommitBlockListAsync([Id(1), Id(4), Id(1)]);
        Assert.Equal("one four one ", (await blob.DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal("e four", (await blob.DownloadContentAsync(
            new BlobDownloadOptions { Range = new Azure.HttpRange(2, 6) })).Value.Content.ToString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_lists_and_blocks_that_dont_fit(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlockBlobClient("a");
        await blob.StageBlockAsync(Id(1), Bytes("one"));

        Assert.Equal((400, "InvalidBlockList"), await TestAccount.RefusedAsync(() => blob.CommitBlockListAsync([Id(1), Id(9)])));
        Assert.Equal((400, "InvalidBlobOrBlock"), await TestAccount.RefusedAsync(
            () => blob.StageBlockAsync(Convert.ToBase64String("longer id"u8), Bytes("x"))));
        Assert.Equal(400, (await TestAccount.RefusedAsync(
            () => blob.StageBlockAsync(Convert.ToBase64String(new byte[65]), Bytes("x")))).Status);
        Assert.Equal((404, "BlobNotFound"), await TestAccount.RefusedAsync(
            () => account.Container.GetBlockBlobClient("none").GetBlockListAsync()));
        Assert.False(await blob.ExistsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_forget_blocks_when_the_blob_is_written_as_a_whole(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlockBlobClient("a");
        await blob.StageBlockAsync(Id(1), Bytes("one"));

        await blob.UploadAsync(Bytes("whole"));

        // Azurite keeps them: https://learn.microsoft.com/rest/api/storageservices/put-block says that they are discarded.
        if (door != Door.Azurite)
        {
            Assert.Empty((await ListAsync(blob)).Uncommitted);
            Assert.Equal((400, "InvalidBlockList"), await TestAccount.RefusedAsync(() => blob.CommitBlockListAsync([Id(1)])));
        }

        Assert.Equal("whole", (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_a_large_upload_and_give_it_back_in_parts(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var bytes = new byte[3_000_017];
        new Random(7).NextBytes(bytes);
        var small = new StorageTransferOptions { InitialTransferSize = 1 << 18, MaximumTransferSize = 1 << 18, MaximumConcurrency = 4 };
        var blob = account.Container.GetBlobClient("video");

        await blob.UploadAsync(new MemoryStream(bytes), new BlobUploadOptions { TransferOptions = small });
        using var read = new MemoryStream();
        await blob.DownloadToAsync(read, new BlobDownloadToOptions { TransferOptions = small });

        Assert.Equal(bytes, read.ToArray());
    }

    private static string Id(int number) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"block{number}"));

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<(List<long> Committed, List<long> Uncommitted)> ListAsync(BlockBlobClient blob)
    {
        BlockList lists = await blob.GetBlockListAsync();
        return ([.. lists.CommittedBlocks.Select(block => block.SizeLong)], [.. lists.UncommittedBlocks.Select(block => block.SizeLong)]);
    }
}
