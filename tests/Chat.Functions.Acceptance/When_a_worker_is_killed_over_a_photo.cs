using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// <c>kill -9</c> of the app's own process on a photo's way. Stories about time tell that nothing is left of what is never sent: no clock
/// of a story reaches into another process.
/// </summary>
public sealed class When_a_worker_is_killed_over_a_photo(When_a_worker_is_killed.ChildApp child)
    : IClassFixture<When_a_worker_is_killed.ChildApp>
{
    [Theory]
    [InlineData("before it is completed")]
    [InlineData("while it is processed")]
    [InlineData("before it is sent")]
    [InlineData("while it is sent")]
    public async Task Should_be_seen_once_and_be_gone_when_it_is_taken_back(string when)
    {
        using var uploads = new Uploads(child.App.Azure);
        var (alice, bob) = (child.App.As(Guid.NewGuid().ToString("N")), child.App.As(Guid.NewGuid().ToString("N")));
        var conversation = (await alice.StartDirectAsync(bob.Name)).ConversationId;
        var upload = await uploads.BeginAsync(alice, new Photo().For(conversation, "photo"));
        var media = upload.Text("mediaId")!;
        await uploads.PutAsync(upload);
        if (when == "before it is completed")
        {
            await child.App.HasReplacedAsync(await child.App.KillWorkerAsync());
        }

        var completed = $"/api/media/uploads/{media}/complete";
        var atSecondPicture = new Fault("blobs", "put-blob", FaultKind.ResetBefore) { Target = IsOf($"{media}/"), Skip = 1 };
        await DyingAsync(
            when == "while it is processed" ? atSecondPicture : null,
            () => UntilAsync(() => alice.SendAsync(HttpMethod.Post, completed, null), state => state.Text("state") == "ready"));
        if (when == "before it is sent")
        {
            await child.App.HasReplacedAsync(await child.App.KillWorkerAsync());
        }

        var content = new { clientMessageId = "photo", attachments = new[] { new { mediaId = media } } };
        var messages = $"/api/conversations/{conversation}/messages";
        var sent = await DyingAsync(
            when == "while it is sent" ? new Fault("cosmos", "batch", FaultKind.ResetAfter) { Target = IsOf(conversation) } : null,
            () => UntilAsync(() => alice.SendAsync(HttpMethod.Post, messages, JsonContent.Create(content)), _ => true));

        var seen = Assert.Single((await bob.AskAsync("GET", messages)).List("messages"));
        Assert.Equal("ready", seen.List("attachments").Single().Text("state"));
        Assert.NotNull(await uploads.GetAsync((await Uploads.AddressAsync(bob, seen)).Text("url")!));
        await BlobsAreAsync(blobs => blobs.Order().SequenceEqual([$"media/{media}/1080", $"media/{media}/320", $"media/{media}/original"]));

        await alice.AskAsync("DELETE", sent.Path());
        await BlobsAreAsync(blobs => blobs.Count == 0);

        Task BlobsAreAsync(Func<List<string>, bool> isRight) => Eventually.SeesAsync(
            async () => (await uploads.BlobsAsync()).Where(IsOf(media)).ToList(), isRight);

        static Func<string, bool> IsOf(string id) => target => target.Contains(id, StringComparison.Ordinal);
    }

    /// <summary>Does something while the app is killed at a fault, if there is one.</summary>
    private async Task<JsonElement> DyingAsync(Fault? at, Func<Task<JsonElement>> act)
    {
        if (at is null)
        {
            return await act();
        }

        var died = new TaskCompletionSource<int>();
        using (child.App.Azure.Faults.Add(at with
        {
            Times = 1,
            Strike = async _ => died.TrySetResult(await child.App.KillWorkerAsync()),
        }))
        {
            var done = await act();
            await child.App.HasReplacedAsync(await died.Task.WaitAsync(Eventually.Timeout));
            return done;
        }
    }

    /// <summary>Asks again until there is an answer that is right, as clients do.</summary>
    private static async Task<JsonElement> UntilAsync(Func<Task<HttpResponseMessage>> ask, Func<JsonElement, bool> isRight) =>
        (await Eventually.SeesAsync(
            async () =>
            {
                try
                {
                    using var answer = await ask();
                    return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : (JsonElement?)null;
                }
                catch (HttpRequestException)
                {
                    // The connection may go with the worker.
                    return null;
                }
            },
            seen => seen is { } state && isRight(state)))!.Value;
}
