using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Chat.Functions.Media;
using Xunit;

namespace Chat.Functions.Tests.Media;

public sealed class BlobBlocksTests
{
    [Fact]
    public async Task Should_leave_no_blocks_of_what_is_not_good()
    {
        var to = new Target();

        Assert.False(await CopyAsync(to, new ETag("a"), isGood: false));

        Assert.Equal(2, to.Staged.Count);
        Assert.Empty(Assert.Single(to.Committed));
        Assert.True(to.IsDeleted);
    }

    [Fact]
    public async Task Should_give_blocks_of_another_source_other_names_of_the_same_length()
    {
        var (one, again, other) = (new Target(), new Target(), new Target());
        Assert.True(await CopyAsync(one, new ETag("a"), isGood: true));
        Assert.True(await CopyAsync(again, new ETag("a"), isGood: true));
        Assert.True(await CopyAsync(other, new ETag("a longer one"), isGood: true));

        Assert.Equal(one.Staged, Assert.Single(one.Committed));
        Assert.Equal(one.Staged, again.Staged);
        Assert.Empty(one.Staged.Intersect(other.Staged));
        Assert.Single(one.Staged.Concat(other.Staged).Select(id => id.Length).Distinct());
        Assert.False(one.IsDeleted);
    }

    private static Task<bool> CopyAsync(Target to, ETag etag, bool isGood) => BlobBlocks.CopyAsync(
        new Source(), etag, BlobBlocks.Length + 1, to, new BlobHttpHeaders(), (_, _) => { }, () => isGood, CancellationToken.None);

    private sealed class Source : BlobBaseClient
    {
        public override Task<Response<BlobDownloadStreamingResult>> DownloadStreamingAsync(
            BlobDownloadOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            var content = new MemoryStream(new byte[options!.Range.Length!.Value]);
            return Task.FromResult(Response.FromValue(BlobsModelFactory.BlobDownloadStreamingResult(content), null!));
        }
    }

    private sealed class Target : BlockBlobClient
    {
        public List<string> Staged { get; } = [];

        public List<IReadOnlyList<string>> Committed { get; } = [];

        public bool IsDeleted { get; private set; }

        public override Task<Response<BlockInfo>> StageBlockAsync(
            string base64BlockId,
            Stream content,
            BlockBlobStageBlockOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            Staged.Add(base64BlockId);
            return Task.FromResult<Response<BlockInfo>>(null!);
        }

        public override Task<Response<BlobContentInfo>> CommitBlockListAsync(
            IEnumerable<string> base64BlockIds,
            CommitBlockListOptions? options,
            CancellationToken cancellationToken = default)
        {
            Committed.Add([.. base64BlockIds]);
            return Task.FromResult<Response<BlobContentInfo>>(null!);
        }

        public override Task<Response<bool>> DeleteIfExistsAsync(
            DeleteSnapshotsOption snapshotsOption = default,
            BlobRequestConditions? conditions = null,
            CancellationToken cancellationToken = default)
        {
            IsDeleted = true;
            return Task.FromResult<Response<bool>>(null!);
        }
    }
}
