using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What people share on the page, in real browsers that reach Blob Storage.</summary>
public class When_people_share_on_the_page
{
    [Theory]
    [InlineData("photos", "photos-look")]
    [InlineData("voice", null)]
    public async Task Should_leave_nothing_that_was_taken_back(string stories, string? further)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        await using var app = await ChatApp.StartAsync(
            azure, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Media:FilesEnabled"] = "true" });
        using var uploads = new Uploads(azure);
        await Page.RunAsync(stories, app);
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
        if (further is not null)
        {
            await Page.RunAsync(further, app);
        }
    }

    [Fact]
    public async Task Should_show_cards_places_and_stickers_and_find_again_what_was_shared()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        await using var app = await ChatApp.StartAsync(azure);
        await Page.RunAsync("sharing", app);
        await Page.RunAsync("sharing-look", app);
    }
}
