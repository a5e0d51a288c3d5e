using System.Net;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Chat.Local.Tests.CosmosDb;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>What only the local account can show: its files, its faults, its clock, and what it refuses.</summary>
public sealed class LocalTests
{
    [Fact]
    public async Task Should_bring_everything_back_after_a_restart()
    {
        using var directory = new TemporaryDirectory();
        string container;
        ETag etag;
        await using (var account = await TestAccount.StartAsync(directory: directory.Path))
        {
            container = account.Container.Name;
            var blob = await account.UploadAsync("kept", "text", "image/webp");
            await account.UploadAsync("gone", "gone");
            await account.Container.GetBlobClient("gone").DeleteAsync();
            var blocks = account.Container.GetBlockBlobClient("blocks");
            await blocks.StageBlockAsync("YQ==", new MemoryStream("one"u8.ToArray()));
            etag = (await blob.GetPropertiesAsync()).Value.ETag;
        }

        await using var next = await TestAccount.StartAsync(directory: directory.Path);
        var again = next.Service.GetBlobContainerClient(container);
        var read = (await again.GetBlobClient("kept").DownloadContentAsync()).Value;
        Assert.Equal(("text", "image/webp", etag), (read.Content.ToString(), read.Details.ContentType, read.Details.ETag));
        Assert.False(await again.GetBlobClient("gone").ExistsAsync());
        await again.GetBlockBlobClient("blocks").CommitBlockListAsync(["YQ=="]);
        Assert.Equal("one", (await again.GetBlobClient("blocks").DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal(2, Directory.GetFiles(Path.Combine(directory.Path, "blobs")).Length);
    }

    [Fact]
    public async Task Should_delete_bytes_that_nothing_refers_to_after_a_crash()
    {
        using var directory = new TemporaryDirectory();
        var blobs = Path.Combine(directory.Path, "blobs");
        await using (var account = await TestAccount.StartAsync(directory: directory.Path))
        {
            await account.UploadAsync("a", "text");
        }

        await File.WriteAllTextAsync(Path.Combine(blobs, "half"), "ha");
        await using var next = await TestAccount.StartAsync(directory: directory.Path);

        Assert.Single(Directory.GetFiles(blobs));
        Assert.DoesNotContain("half", Directory.GetFiles(blobs).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Should_keep_bytes_as_long_as_a_blob_a_copy_or_a_reader_has_them()
    {
        using var directory = new TemporaryDirectory();
        await using var account = await TestAccount.StartAsync(directory: directory.Path);
        var blobs = Path.Combine(directory.Path, "blobs");
        var blob = await account.UploadAsync("a", "first");
        var copy = account.Container.GetBlobClient("copy");
        await copy.StartCopyFromUriAsync(blob.Uri);
        await account.UploadAsync("a", "second");
        Assert.Equal(2, Directory.GetFiles(blobs).Length);
        Assert.Equal("first", (await copy.DownloadContentAsync()).Value.Content.ToString());

        var reading = (await copy.DownloadStreamingAsync()).Value.Content;
        await copy.DeleteAsync();
        using var reader = new StreamReader(reading, Encoding.UTF8);
        Assert.Equal("first", await reader.ReadToEndAsync());
        reading.Dispose();

        Assert.False(await copy.ExistsAsync());
        Assert.Single(Directory.GetFiles(blobs));
    }

    [Fact]
    public async Task Should_fail_as_tests_say()
    {
        await using var account = await TestAccount.StartAsync();
        var blob = account.Container.GetBlobClient("a");
        Assert.Equal((503, "ServerBusy"), await StrikeAsync(FaultKind.Throttle));
        Assert.Equal(0, (await StrikeAsync(FaultKind.ResetBefore)).Status);
        Assert.False(await blob.ExistsAsync());
        Assert.Equal(0, (await StrikeAsync(FaultKind.ResetAfter)).Status);
        Assert.True(await blob.ExistsAsync());
        await blob.DeleteAsync();
        Assert.Equal((500, "OperationTimedOut"), await StrikeAsync(FaultKind.TimeoutAfter));
        Assert.True(await blob.ExistsAsync());

        async Task<(int Status, string? Code)> StrikeAsync(FaultKind kind)
        {
            using var armed = account.Faults.Add(
                new Fault("blobs", "put-blob", kind) { Target = target => target == $"{account.Container.Name}/a", Times = 1 });
            return await TestAccount.RefusedAsync(() => blob.UploadAsync(BinaryData.FromString("x"), overwrite: true));
        }
    }

    [Fact]
    public async Task Should_count_what_azure_bills()
    {
        await using var account = await TestAccount.StartAsync();
        var blob = await account.UploadAsync("a", "text");
        await blob.DownloadContentAsync();
        await blob.DownloadContentAsync();

        var counted = account.Meter.Read()
            .Where(reading => reading.Service == "blobs")
            .ToDictionary(reading => reading.Operation, reading => reading.Units, StringComparer.Ordinal);
        Assert.Equal((1, 1, 2), (counted["write:create-container"], counted["write:put-blob"], counted["read:get-blob"]));
    }

    [Theory]
    [InlineData("PUT", "?comp=lease")]
    [InlineData("PUT", "?comp=snapshot")]
    [InlineData("PUT", "?comp=tier")]
    [InlineData("PUT", "?comp=tags")]
    [InlineData("PUT", "?comp=page")]
    [InlineData("PUT", "?comp=appendblock")]
    [InlineData("POST", "?comp=query")]
    [InlineData("GET", "?snapshot=2026-01-01T00:00:00.0000000Z")]
    [InlineData("GET", "?versionid=1")]
    public async Task Should_refuse_what_it_doesnt_serve(string method, string query)
    {
        await using var account = await TestAccount.StartAsync(Door.Http);
        var blob = await account.UploadAsync("a", "text");
        using var request = new HttpRequestMessage(new HttpMethod(method), blob.Uri + query) { Content = new StringContent("") };
        using var response = await account.Http.SendAsync(request);
        Assert.Equal((501, "NotImplemented"), TestAccount.Refused(response));
        Assert.Contains("<Code>NotImplemented</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_kinds_and_headers_that_it_doesnt_serve()
    {
        await using var account = await TestAccount.StartAsync();
        Assert.Equal(501, (await TestAccount.RefusedAsync(() => account.Container.GetAppendBlobClient("a").CreateAsync())).Status);
        Assert.Equal(501, (await TestAccount.RefusedAsync(() => account.Container.GetPageBlobClient("a").CreateAsync(512))).Status);
        Assert.Equal(501, (await TestAccount.RefusedAsync(() => account.Container.GetBlobClient("a").UploadAsync(
            BinaryData.FromString("x"), new BlobUploadOptions { AccessTier = AccessTier.Cool }))).Status);
        Assert.Equal(501, (await TestAccount.RefusedAsync(() => account.Container.GetBlobClient("a").UploadAsync(
            BinaryData.FromString("x"),
            new BlobUploadOptions { Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } }))).Status);
        Assert.Equal(409, (await TestAccount.RefusedAsync(
            () => account.Service.CreateBlobContainerAsync("public", PublicAccessType.Blob))).Status);
    }

    [Fact]
    public async Task Should_answer_nobody_without_credentials_and_no_name_that_points_here()
    {
        await using var account = await TestAccount.StartAsync(Door.Http);
        var blob = await account.UploadAsync("a", "text");
        using var anonymous = await account.Http.GetAsync(blob.Uri);
        Assert.Equal((409, "PublicAccessNotPermitted"), TestAccount.Refused(anonymous));
        using var put = await account.PutAsync(blob.Uri, "x");
        Assert.Equal((401, "NoAuthenticationInformation"), TestAccount.Refused(put));

        using var request = new HttpRequestMessage(HttpMethod.Get, account.Sign(blob.Uri, "r"));
        request.Headers.Host = "evil.example";
        using var elsewhere = await account.Http.SendAsync(request);
        Assert.Equal((400, "InvalidUri"), TestAccount.Refused(elsewhere));
        var other = account.Service.Uri.AbsoluteUri.Replace("devstore", "other", StringComparison.Ordinal);
        using var unknown = await account.Http.GetAsync(new Uri(other));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Fact]
    public async Task Should_refuse_a_key_that_isnt_the_accounts_and_an_old_request()
    {
        await using var account = await TestAccount.StartAsync(Door.Http);
        var wrong = new Azure.Storage.StorageSharedKeyCredential("devstoreaccount1", Convert.ToBase64String(new byte[64]));
        var client = new BlobServiceClient(account.Service.Uri, wrong, account.Options());
        Assert.Equal((403, "AuthenticationFailed"), await TestAccount.RefusedAsync(() => client.GetPropertiesAsync()));

        var clock = new TestClock();
        var late = TestAccount.StartAsync(Door.InProcess, time: clock);
        Assert.Equal((403, "AuthenticationFailed"), await TestAccount.RefusedAsync(() => late));
    }

    [Fact]
    public async Task Should_break_off_a_body_that_is_shorter_than_it_says()
    {
        using var directory = new TemporaryDirectory();
        await using var account = await TestAccount.StartAsync(Door.InProcess, directory.Path);
        var blob = account.Container.GetBlobClient("a");
        using var content = new StringContent("short");
        content.Headers.ContentLength = 10;
        using var request = new HttpRequestMessage(HttpMethod.Put, account.Sign(blob.Uri, "cw")) { Content = content };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var response = await account.Http.SendAsync(request);

        Assert.Equal((400, "InvalidHeaderValue"), TestAccount.Refused(response));
        Assert.False(await blob.ExistsAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(directory.Path, "blobs")));
    }
}
