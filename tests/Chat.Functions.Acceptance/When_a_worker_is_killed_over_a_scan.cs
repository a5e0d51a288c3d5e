using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary><c>kill -9</c> of the app's own process while the host app is asked about a file, and before and after.</summary>
public sealed class When_a_worker_is_killed_over_a_scan(When_a_worker_is_killed_over_a_scan.Stage stage)
    : IClassFixture<When_a_worker_is_killed_over_a_scan.Stage>
{
    [Theory]
    [InlineData("before the host app is asked", "clean")]
    [InlineData("while the host app looks at it", "clean")]
    [InlineData("before its message says so", "clean")]
    [InlineData("before its message says so", "refused")]
    public async Task Should_be_shown_once_or_be_gone(string when, string verdict)
    {
        var (app, host) = (stage.App, stage.Host);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As(Guid.NewGuid().ToString("N")), app.As(Guid.NewGuid().ToString("N")));
        var conversation = (await alice.StartDirectAsync(bob.Name)).ConversationId;
        var died = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Verdict = _ => isSent.Task.IsCompleted ? verdict : "pending";
        var upload = await uploads.BeginAsync(alice, new Photo().For(conversation));
        var media = upload.Text("mediaId")!;
        using var fault = app.Azure.Faults.Add(when switch
        {
            "before the host app is asked" => DyingAt("blobs", "delete-blob", $"incoming/{media}"),
            "before its message says so" => DyingAt("cosmos", "batch", conversation) with { Skip = 1 },
            _ => DyingAt("blobs", "nothing", media),
        });
        await uploads.PutAsync(upload);
        await uploads.CompleteAsync(alice, media);
        if (when == "before the host app is asked")
        {
            await app.HasReplacedAsync(await died.Task.WaitAsync(Eventually.Timeout));
        }

        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        if (when == "while the host app looks at it")
        {
            host.Misbehaves = async _ =>
            {
                host.Misbehaves = null;
                died.TrySetResult(await app.KillWorkerAsync());
            };
        }

        isSent.SetResult();
        await app.HasReplacedAsync(await died.Task.WaitAsync(Eventually.Timeout));
        var expected = verdict == "clean" ? "ready" : "failed";
        await Eventually.SeesAsync(
            () => bob.AskAsync("GET", message.Path()), seen => seen.List("attachments")[0].Text("state") == expected);
        await Eventually.SeesAsync(
            async () => (await uploads.BlobsAsync()).Count(blob => blob.Contains(media, StringComparison.Ordinal)),
            blobs => blobs == (verdict == "clean" ? 3 : 0));
        Assert.Single(await bob.LogAsync(conversation), entry => entry.Text("type") == "message.updated");
        Assert.Single(host.Scanned.Where(asked => asked.File.Text("mediaId") == media).DistinctBy(asked => asked.Id));

        Fault DyingAt(string service, string operation, string target) => new(service, operation, FaultKind.ResetBefore)
        {
            Times = 1,
            Target = seen => seen.Contains(target, StringComparison.Ordinal),
            Strike = async _ => died.TrySetResult(await app.KillWorkerAsync()),
        };
    }

    /// <summary>An app in a process of its own, and the host app that it asks.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        internal HookReceiver Host { get; private set; } = null!;

        internal ChatApp App { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await HookReceiver.StartAsync();
            App = await ChatApp.StartChildAsync(Host.SettingsOfScans);
        }

        public async Task DisposeAsync()
        {
            await App.DisposeAsync();
            await Host.DisposeAsync();
        }
    }
}
