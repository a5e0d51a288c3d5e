using Azure.Storage.Blobs.Models;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>Containers, and the lists of what is in them.</summary>
public sealed class ContainerTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_be_created_once_and_gone_with_all_that_is_in_it(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "text");

        Assert.Equal((409, "ContainerAlreadyExists"), await TestAccount.RefusedAsync(() => account.Container.CreateAsync()));
        Assert.Null(await account.Container.CreateIfNotExistsAsync());
        await account.Container.DeleteAsync();

        Assert.False(await account.Container.ExistsAsync());
        Assert.Equal((404, "ContainerNotFound"), await TestAccount.RefusedAsync(() => blob.DownloadContentAsync()));
        Assert.Equal((404, "ContainerNotFound"), await TestAccount.RefusedAsync(() => blob.UploadAsync(BinaryData.FromString("x"))));
        Assert.Equal((404, "ContainerNotFound"), await TestAccount.RefusedAsync(() => account.Container.DeleteAsync()));
    }

    [Theory]
    [EveryDoor("ab", "OutOfRangeInput")]
    [EveryDoor("Upper", "InvalidResourceName")]
    [EveryDoor("two--hyphens", "InvalidResourceName")]
    [EveryDoor("-begins", "InvalidResourceName")]
    public async Task Should_refuse_a_name_that_isnt_one(string name, string code, Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        Assert.Equal((400, code), await TestAccount.RefusedAsync(() => account.Service.CreateBlobContainerAsync(name)));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_list_blobs_by_prefix_in_pages_and_in_order(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        foreach (var name in new[] { "b/2", "a/1", "b/1", "b/3 ä", "c" })
        {
            await account.UploadAsync(name, name);
        }

        var blob = account.Container.GetBlobClient("b/2");
        await blob.SetMetadataAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "ready" });

        Assert.Equal(["a/1", "b/1", "b/2", "b/3 ä", "c"], await NamesAsync(new GetBlobsOptions()));
        Assert.Equal(["b/1", "b/2", "b/3 ä"], await NamesAsync(new GetBlobsOptions { Prefix = "b/" }));
        Assert.Empty(await NamesAsync(new GetBlobsOptions { Prefix = "d" }));
        var pages = new List<int>();
        await foreach (var page in account.Container.GetBlobsAsync(new GetBlobsOptions { Prefix = "b" }).AsPages(pageSizeHint: 2))
        {
            pages.Add(page.Values.Count);
        }

        Assert.Equal([2, 1], pages);
        var listed = new List<BlobItem>();
        await foreach (var item in account.Container.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata, Prefix = "b/2" }))
        {
            listed.Add(item);
        }

        var only = Assert.Single(listed);
        Assert.Equal(
            ("ready", "text/plain", 3L),
            (only.Metadata["state"], only.Properties.ContentType, only.Properties.ContentLength!.Value));
        Assert.Equal((await blob.GetPropertiesAsync()).Value.ETag.ToString("H"), only.Properties.ETag!.Value.ToString("H"));

        async Task<List<string>> NamesAsync(GetBlobsOptions options)
        {
            var names = new List<string>();
            await foreach (var item in account.Container.GetBlobsAsync(options))
            {
                names.Add(item.Name);
            }

            return names;
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Should_list_containers_and_keep_their_metadata(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        await account.Container.SetMetadataAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "media" });

        var listed = new List<BlobContainerItem>();
        await foreach (var item in account.Service.GetBlobContainersAsync(
            BlobContainerTraits.Metadata, BlobContainerStates.None, account.Container.Name))
        {
            listed.Add(item);
        }

        var properties = (await account.Container.GetPropertiesAsync()).Value;
        Assert.Equal((account.Container.Name, "media"), (Assert.Single(listed).Name, listed[0].Properties.Metadata["kind"]));
        Assert.Equal(("media", listed[0].Properties.ETag), (properties.Metadata["kind"], properties.ETag));
    }
}
