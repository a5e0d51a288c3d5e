using System.Diagnostics;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Local.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NetVips;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What the machine lacks for a while isn't the file's fault: it is looked at again.</summary>
public sealed class When_photos_need_more_than_there_is
{
    [Fact]
    public async Task Should_be_ready_once_there_is_memory_again()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using var app = await ChatApp.StartChildAsync();
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await uploads.UploadedAsync(alice, conversation);
        using var black = Image.Black(10_000, 5_000);
        var large = new Photo { Bytes = black.PngsaveBuffer() };

        string media;
        using (new LittleMemory(await app.GetProcessIdAsync(), bytes: 100_000_000))
        {
            media = await uploads.UploadAsync(alice, conversation, large);
            await Eventually.SeesAsync(() => IsPutOffAsync(app), isPutOff => isPutOff, "the photo to be put off");
        }

        await uploads.IsAsync(alice, media, "ready");
    }

    [Fact]
    public async Task Should_be_ready_once_the_app_gets_at_it_again()
    {
        var identity = new SilentIdentity();
        await using var app = await ChatApp.StartAsync(change: services =>
        {
            var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06);
            options.AddPolicy(identity, HttpPipelinePosition.PerCall);
            services.Replace(ServiceDescriptor.Singleton(options));
        });
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var upload in (Photo[])[new Photo(), new Video(), new Voice()])
        {
            identity.IsSilent = true;
            await uploads.UploadedAsync(alice, conversation, upload);
            Assert.False(identity.IsSilent);
        }
    }

    [Fact]
    public async Task Should_be_given_up_when_it_takes_too_long_each_time()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        using var black = Image.Black(10_000, 5_000);
        var media = await uploads.UploadAsync(alice, conversation, new Photo { Bytes = black.PngsaveBuffer() });

        // It takes seconds, of which each third is minutes.
        var failed = await Eventually.SeesAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
                clock.Jump(TimeSpan.FromMinutes(2.5));
                return await uploads.CompleteAsync(alice, media);
            },
            seen => seen.Text("state") != "processing");
        Assert.Equal(("failed", "unreadable"), (failed.Text("state"), failed.Text("reason")));
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    private static async Task<bool> IsPutOffAsync(ChatApp app) =>
        (await app.Azure.ServiceBus.Find("media")!.ShowAsync(MessageKind.Scheduled, 0, 100))
        .Any(message => Rescheduling.AttemptsOf(message) > 0);

    /// <summary>Gives no token once for what is read: that fails otherwise than Blob Storage does.</summary>
    private sealed class SilentIdentity : HttpPipelinePolicy
    {
        public bool IsSilent { get; set; }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new UnreachableException();

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (IsSilent && message.Request.Method == RequestMethod.Get)
            {
                IsSilent = false;
                throw new AuthenticationFailedException("The identity doesn't answer.");
            }

            return ProcessNextAsync(message, pipeline);
        }
    }
}
