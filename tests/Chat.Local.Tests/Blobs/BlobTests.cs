using System.Net;
using System.Net.Http.Headers;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>What holds for blobs, in Azure, at its emulator and here.</summary>
public sealed class BlobTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_keep_a_blob_with_its_headers_and_metadata(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlobClient("photos/ä b+%.jpg");
        var put = await blob.UploadAsync(BinaryData.FromString("hello"), new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders
            {
                ContentType = "image/jpeg",
                CacheControl = "private",
                ContentDisposition = "inline",
                ContentLanguage = "de",
            },
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["owner"] = "alice", ["a_b1"] = "x y" },
        });

        var read = (await blob.DownloadContentAsync()).Value;
        var properties = (await blob.GetPropertiesAsync()).Value;

        Assert.Equal("hello", read.Content.ToString());
        Assert.Equal(("image/jpeg", "private", "inline", "de", 5), (
            properties.ContentType,
            properties.CacheControl,
            properties.ContentDisposition,
            properties.ContentLanguage,
            properties.ContentLength));
        Assert.Equal(
            ["a_b1=x y", "owner=alice"],
            properties.Metadata.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(put.Value.ETag, properties.ETag);
        Assert.Equal(properties.ETag, read.Details.ETag);
        Assert.Equal(put.Value.LastModified, properties.LastModified);
        Assert.Equal("XUFAKrxLKna5cZ2REBfFkg==", Convert.ToBase64String(properties.ContentHash));
        Assert.Equal(BlobType.Block, properties.BlobType);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_read_ranges_and_refuse_those_behind_the_end(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "0123456789");
        var empty = await account.UploadAsync("empty", "");

        Assert.Equal("234", await ReadAsync(new HttpRange(2, 3)));
        Assert.Equal("789", await ReadAsync(new HttpRange(7)));
        Assert.Equal("89", await ReadAsync(new HttpRange(8, 100)));

        // Azurite gives nothing where the end is, and refuses what is behind it only.
        var behind = new HttpRange(door == Door.Azurite ? 11 : 10, 1);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync(behind));
        Assert.Equal((416, "InvalidRange"), (refused.Status, refused.ErrorCode));
        Assert.Equal("", (await empty.DownloadContentAsync()).Value.Content.ToString());
        using var copy = new MemoryStream();
        await empty.DownloadToAsync(copy);
        Assert.Equal(0, copy.Length);

        using var request = new HttpRequestMessage(HttpMethod.Get, account.Sign(blob.Uri, "r"));
        request.Headers.Range = new RangeHeaderValue(1, 2);
        using var response = await account.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("bytes 1-2/10", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(["bytes"], response.Headers.AcceptRanges);
        Assert.Equal("12", await response.Content.ReadAsStringAsync());

        async Task<string> ReadAsync(HttpRange range) =>
            (await blob.DownloadContentAsync(new BlobDownloadOptions { Range = range })).Value.Content.ToString();
    }

    [Theory]
    [EveryDoor]
    public async Task Should_write_and_read_under_the_conditions_of_the_request(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "one");
        var first = (await blob.GetPropertiesAsync()).Value;
        var onlyNew = new BlobRequestConditions { IfNoneMatch = ETag.All };
        var onlyFirst = new BlobRequestConditions { IfMatch = first.ETag };

        Assert.Equal((409, "BlobAlreadyExists"), await RefusedAsync("two", onlyNew));
        await blob.UploadAsync(BinaryData.FromString("two"), new BlobUploadOptions { Conditions = onlyFirst });
        Assert.Equal((412, "ConditionNotMet"), await RefusedAsync("three", onlyFirst));
        Assert.Equal((412, "ConditionNotMet"), await TestAccount.RefusedAsync(() => blob.DeleteAsync(conditions: onlyFirst)));
        Assert.Equal((412, "ConditionNotMet"), await TestAccount.RefusedAsync(() => blob.GetPropertiesAsync(onlyFirst)));
        Assert.Equal((412, "ConditionNotMet"), await TestAccount.RefusedAsync(() => blob.SetMetadataAsync(
            new Dictionary<string, string>(StringComparer.Ordinal), onlyFirst)));

        var second = (await blob.GetPropertiesAsync()).Value;
        var unchanged = await blob.DownloadContentAsync(
            new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = second.ETag } });
        Assert.Equal(304, unchanged.GetRawResponse().Status);
        var later = new BlobRequestConditions { IfModifiedSince = second.LastModified.AddDays(1) };
        Assert.Equal(304, (await TestAccount.RefusedAsync(() => blob.GetPropertiesAsync(later))).Status);
        Assert.Equal((412, "ConditionNotMet"), await TestAccount.RefusedAsync(() => blob.GetPropertiesAsync(
            new BlobRequestConditions { IfUnmodifiedSince = second.LastModified.AddDays(-1) })));
        Assert.Equal("two", (await blob.DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal((412, "ConditionNotMet"), await TestAccount.RefusedAsync(() => account.Container.GetBlobClient("none").UploadAsync(
            BinaryData.FromString("x"), new BlobUploadOptions { Conditions = onlyFirst })));

        Task<(int, string?)> RefusedAsync(string text, BlobRequestConditions conditions) => TestAccount.RefusedAsync(
            () => blob.UploadAsync(BinaryData.FromString(text), new BlobUploadOptions { Conditions = conditions }));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_compare_what_comes_with_its_checksums(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlockBlobClient("a");
        var bytes = BinaryData.FromString("hello").ToStream();
        var address = account.Sign(blob.Uri, "cw");

        await blob.UploadAsync(bytes, new BlobUploadOptions
        {
            TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
        });
        using (var good = await account.PutAsync(address, "hello", ("x-ms-content-crc64", "V0JSBnCFdzM=")))
        {
            Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        }

        using var wrongCrc = await account.PutAsync(address, "hello", ("x-ms-content-crc64", "AAAAAAAAAAA="));
        Assert.Equal((400, "Crc64Mismatch"), TestAccount.Refused(wrongCrc));
        using var wrongMd5 = await account.PutAsync(address, "hello", ("x-ms-blob-content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="));
        Assert.Equal((400, "Md5Mismatch"), TestAccount.Refused(wrongMd5));
        using var noMd5 = await account.PutAsync(address, "hello", ("x-ms-blob-content-md5", "aGVsbG8="));
        Assert.Equal((400, "InvalidMd5"), TestAccount.Refused(noMd5));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_change_properties_and_metadata_and_the_etag_with_them(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "text");
        var before = (await blob.GetPropertiesAsync()).Value;

        var metadata = (await blob.SetMetadataAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "ready" })).Value;
        await blob.SetHttpHeadersAsync(new BlobHttpHeaders { ContentType = "image/webp", CacheControl = "max-age=1" });
        var after = (await blob.GetPropertiesAsync()).Value;

        Assert.Equal(3, new[] { before.ETag, metadata.ETag, after.ETag }.Distinct().Count());
        Assert.Equal(("image/webp", "max-age=1", "ready"), (after.ContentType, after.CacheControl, after.Metadata["state"]));
        Assert.Equal(before.CreatedOn, after.CreatedOn);
        Assert.Equal("text", (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_be_gone_after_its_deletion(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "text");

        await blob.DeleteAsync();

        Assert.False(await blob.ExistsAsync());
        Assert.False(await blob.DeleteIfExistsAsync());
        Assert.Equal((404, "BlobNotFound"), await TestAccount.RefusedAsync(() => blob.DownloadContentAsync()));
        Assert.Equal((404, "BlobNotFound"), await TestAccount.RefusedAsync(() => blob.DeleteAsync()));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_copy_within_the_account_with_headers_metadata_and_conditions(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var source = await account.UploadAsync("incoming", "text", "image/webp");
        await source.SetMetadataAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "ready" });
        var etag = (await source.GetPropertiesAsync()).Value.ETag;
        var target = account.Container.GetBlobClient("media");

        var copy = await target.StartCopyFromUriAsync(
            source.Uri, new BlobCopyFromUriOptions { SourceConditions = new BlobRequestConditions { IfMatch = etag } });
        await copy.WaitForCompletionAsync();
        await source.DeleteAsync();

        var properties = (await target.GetPropertiesAsync()).Value;
        Assert.Equal("text", (await target.DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal(("image/webp", "ready", CopyStatus.Success), (
            properties.ContentType, properties.Metadata["state"], properties.BlobCopyStatus!.Value));
        var other = await account.UploadAsync("other", "other");

        // Azurite doesn't tell whose condition it was: blob-service-error-codes has SourceConditionNotMet.
        var code = door == Door.Azurite ? "ConditionNotMet" : "SourceConditionNotMet";
        Assert.Equal((412, code), await TestAccount.RefusedAsync(() => target.StartCopyFromUriAsync(
            other.Uri, new BlobCopyFromUriOptions { SourceConditions = new BlobRequestConditions { IfMatch = etag } })));
        Assert.Equal((409, "BlobAlreadyExists"), await TestAccount.RefusedAsync(() => target.StartCopyFromUriAsync(
            other.Uri, new BlobCopyFromUriOptions { DestinationConditions = new BlobRequestConditions { IfNoneMatch = ETag.All } })));
        Assert.Equal(404, (await TestAccount.RefusedAsync(() => target.StartCopyFromUriAsync(source.Uri))).Status);
        Assert.Equal("text", (await target.DownloadContentAsync()).Value.Content.ToString());
    }
}
