using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What somebody changes for themselves reaches their devices in order, and the last state always.</summary>
public class When_own_devices_are_told
{
    [Fact]
    public async Task Should_be_told_each_state_after_the_one_before()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        var conversation = (await bob.StartDirectAsync("alice")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var held = Hold(app, reached, open);

        var first = bob.TryPreferAsync(conversation, new { draft = new { text = "first" } });
        await reached.Task.WaitAsync(Eventually.Timeout);
        var drafts = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(n => bob.AskAsync("PATCH", $"/api/conversations/{conversation}/preferences", new { draft = new { text = $"{n}" } })));
        open.SetResult();
        await first;

        var last = drafts.Max(Version);
        await phone.ReceivesEventAsync(PreferencesView.Updated, data => Version(data) == last);
        var told = phone.Events()
            .Where(one => one.GetProperty("type").GetString() == PreferencesView.Updated)
            .Select(one => Version(one.GetProperty("data")))
            .ToList();
        Assert.Equal(told.Distinct().Order(), told);
    }

    [Fact]
    public async Task Should_be_told_the_last_state_however_much_others_are_told_meanwhile()
    {
        const int MoreThanAreKept = 20_001;
        await using var app = await ChatApp.StartAsync();
        var (bob, push) = (app.As("bob"), app.Services.GetRequiredService<OwnEntryPush>());
        var conversation = new ConversationId((await bob.StartDirectAsync("alice")).ConversationId);
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var held = Hold(app, reached, open);

        var first = TellAsync("bob", 1);
        await reached.Task.WaitAsync(Eventually.Timeout);
        await TellAsync("bob", 2);
        for (var n = 0; n < MoreThanAreKept; n++)
        {
            await TellAsync($"user-{n}", 1);
        }

        open.SetResult();
        await first;
        await phone.ReceivesEventAsync(UnreadView.Updated, data => Version(data) == 2);

        Task TellAsync(string user, long version) =>
            push.PushAsync(
                new UserId(user),
                conversation,
                UnreadView.Updated,
                version,
                new UnreadView(version, 0, MarkedUnread: false, 0));
    }

    /// <summary>Holds the next push to bob.</summary>
    private static IDisposable Hold(ChatApp app, TaskCompletionSource reached, TaskCompletionSource open) =>
        app.Azure.Faults.Add(new Chat.Local.Fault("signalr", "send-user", FaultKind.Delay)
        {
            Times = 1,
            Target = target => target.Contains("bob", StringComparison.Ordinal),
            Strike = _ => ReachAsync(reached, open),
        });

    private static Task ReachAsync(TaskCompletionSource reached, TaskCompletionSource open)
    {
        reached.TrySetResult();
        return open.Task;
    }

    private static long Version(JsonElement state) => state.GetProperty("version").GetInt64();
}
