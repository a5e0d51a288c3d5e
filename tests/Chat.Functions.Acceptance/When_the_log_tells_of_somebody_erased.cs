using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Mallory was erased; the log of conversations that she was in goes on, and all of it is projected once more.</summary>
public class When_the_log_tells_of_somebody_erased
{
    private static readonly Dictionary<string, string?> Patient = new(StringComparer.Ordinal) { ["Limits:UnsendWindow"] = "1.00:00:00" };

    [Fact]
    public async Task Should_write_nothing_of_theirs_again()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using (var app = await ChatApp.StartAsync(azure, Patient))
        {
            var (mallory, zoe) = (app.As("mallory"), Of(app, "zoe"));
            var direct = (await mallory.StartDirectAsync("zoe")).ConversationId;
            await mallory.SendAsync(direct, "Hello");
            var last = await zoe.SendAsync(direct, "Hello Mallory");
            var group = (await app.As("carol").CreateGroupAsync("Trip", "bob", "mallory")).ConversationId;
            await mallory.DoAsync("DELETE", $"/api/conversations/{group}/members/mallory");
            await app.As("carol").CreateGroupAsync("Stays", "bob", "mallory");
            var restricted = (await mallory.StartDirectAsync("frank")).ConversationId;
            await mallory.DoAsync("PUT", "/api/restrictions/frank");
            await app.As("frank").SendAsync(restricted, "Why?");
            var publisher = Of(app, "carol", "chat.publisher");
            var news = (await publisher.CreateChannelAsync("News", "mallory")).ConversationId;
            await publisher.DoAsync("DELETE", $"/api/conversations/{news}/members/mallory");
            await app.HasDeliveredAsync(clock);
            await EraseAsync(app, clock);

            await zoe.AskAsync("DELETE", $"/api/conversations/{direct}/messages/{last.MessageId}");
            await app.HasDeliveredAsync(clock);
            await OnlyTheCertificateIsLeftAsync(app);
            await StoredDocuments.ForgetLeasesAsync(app);
        }

        await using var anew = await ChatApp.StartAsync(azure, Patient);
        await anew.HasDeliveredAsync(clock);
        await OnlyTheCertificateIsLeftAsync(anew);
    }

    private static async Task EraseAsync(ChatApp app, JumpingClock clock)
    {
        var host = Of(app, "app", "chat.host");
        const string Path = "/api/host/users/mallory";
        await host.AskAsync("DELETE", Path + "?days=0", null, HttpStatusCode.Accepted);
        await Eventually.SeesAsync(
            async () =>
            {
                var erasure = await host.AskAsync("GET", Path + "/erasure");
                if (erasure.Text("state") != "done" && app.Azure.ServiceBus.Find("moderation")!.Count() is { Active: 0, InFlight: 0 })
                {
                    clock.Jump(TimeSpan.FromMinutes(5));
                }

                return erasure;
            },
            erasure => erasure.Text("state") == "done");
        await app.HasDeliveredAsync(clock);
    }

    private static async Task OnlyTheCertificateIsLeftAsync(ChatApp app)
    {
        // What members were is in the conversations.
        var left = (await StoredDocuments.ListAsync(app))
            .Where(document => document.Text("userId") == "mallory" && document.Text("type") != "member")
            .Select(document => document.Text("id"));
        Assert.Equal(["erasure", "pair:zoe", "person"], left.Order(StringComparer.Ordinal));
    }

    /// <summary>Somebody whose token outlives the story.</summary>
    private static Person Of(ChatApp app, string name, string? role = null) => new(app.Http, name, role, TimeSpan.FromDays(1));
}
