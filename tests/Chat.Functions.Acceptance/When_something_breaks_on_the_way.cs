using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// A send that was answered arrives, whatever breaks between the commit and the inbox, and nothing ends as a dead letter.
/// </summary>
public class When_something_breaks_on_the_way
{
    /// <summary>An instance that only answers requests.</summary>
    private static readonly Dictionary<string, string?> WithoutDelivery = new(StringComparer.Ordinal)
    {
        ["AzureWebJobs.ProjectInboxes.Disabled"] = "true",
        ["AzureWebJobs.DeliverEntries.Disabled"] = "true",
        ["AzureWebJobs.FanOutToMembers.Disabled"] = "true",
    };

    public static TheoryData<string, string, string> Steps => new()
    {
        { "enqueueing the delivery", "servicebus", "send" },
        { "receiving the delivery", "servicebus", "receive" },
        { "the push", "signalr", "send-user" },
        { "the inbox", "cosmos", "patch" },
        { "completing the message", "servicebus", "complete" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Should_deliver_although_the_process_dies_at(string step, string service, string operation)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        await using var survivor = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob").At(survivor));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is not null);

        // The first to come to this step dies there.
        var died = new TaskCompletionSource();
        using (app.Azure.Faults.Add(new Fault(service, operation, FaultKind.ResetBefore)
        {
            Times = 1,
            Target = target => service != "cosmos" || target.StartsWith("users/", StringComparison.Ordinal),
            Strike = async _ =>
            {
                await app.KillAsync();
                died.TrySetResult();
            },
        }))
        {
            await Task.WhenAny(alice.TrySendAsync(conversation, "Hello", "1d-1"), died.Task).WaitAsync(Eventually.Timeout);
            await died.Task.WaitAsync(Eventually.Timeout);
        }

        // Without an answer the client tries again, elsewhere.
        var sent = await alice.At(survivor).SendAsync(conversation, "Hello", "1d-1");

        // Past the locks and leases that died with the process.
        clock.Jump(TimeSpan.FromSeconds(90));
        var entry = await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastSeq == sent.Seq, step);
        Assert.Equal(1, entry!.UnreadCount);
        Assert.Single(await bob.HistoryAsync(conversation));
    }

    [Fact]
    public async Task Should_deliver_what_one_process_committed_before_it_died_although_another_handed_over_the_next()
    {
        // The second is there before, and so has the leases of the change feed.
        await using var second = await ChatApp.StartAsync();
        await using var first = await ChatApp.StartAsync(second.Azure);
        var (alice, bob) = (first.As("alice"), first.As("bob").At(second));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is not null);
        await using var bobsPhone = await bob.ListenAsync();

        // The first process commits, and dies before it enqueues the delivery.
        using (first.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore)
        {
            Target = target => target.EndsWith(":2-2", StringComparison.Ordinal),
            Strike = _ => first.KillAsync(),
        }))
        {
            try
            {
                await alice.TrySendAsync(conversation, "one");
            }
            catch (HttpRequestException)
            {
                // Its answer died with it.
            }
        }

        var two = await alice.At(second).SendAsync(conversation, "two");

        Assert.Equal(3, two.Seq);
        var one = await bobsPhone.ReceivesAsync(conversation, "one");
        await bobsPhone.ReceivesAsync(conversation, "two");
        Assert.Equal(2, one.Seq);
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 2, LastSeq: 3 });
    }

    [Fact]
    public async Task Should_take_a_conversation_from_whoever_was_removed_although_two_processes_die()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var first = await ChatApp.StartAsync(azure, WithoutDelivery);
        await using var second = await ChatApp.StartAsync(azure);
        var (alice, bob) = (first.As("alice"), first.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await second.HasDeliveredAsync(clock);

        // The first dies before it enqueues the delivery of the removal, the second before it sends on what it couldn't write.
        var died = new TaskCompletionSource();
        using (azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore)
        {
            Target = target => target.EndsWith(":2-2", StringComparison.Ordinal),
            Strike = _ => first.KillAsync(),
        }))
        using (azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Target = target => target.StartsWith("users/bob/inbox", StringComparison.Ordinal),
        }))
        using (azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore) { Target = IsOfTheRest, Strike = DieAsync }))
        {
            // It may be answered before: enqueueing has but a second.
            var failed = await Record.ExceptionAsync(() => alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob"));
            Assert.True(failed is null or HttpRequestException, $"{failed}");
            await Eventually.SeesAsync(clock, () => Task.FromResult(died.Task.IsCompleted), isDead => isDead);
        }

        await using var third = await ChatApp.StartAsync(azure);
        await Eventually.SeesAsync(clock, () => bob.At(third).SummaryAsync(group), seen => seen is null);

        bool IsOfTheRest(string target) => target.StartsWith("fanout/", StringComparison.Ordinal);

        async Task DieAsync(string target)
        {
            await second.KillAsync();
            died.TrySetResult();
        }
    }

    [Fact]
    public async Task Should_deliver_what_was_sent_while_Cosmos_answered_ambiguously()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var kind in new[] { FaultKind.ResetAfter, FaultKind.TimeoutAfter, FaultKind.Throttle, FaultKind.ResetBefore })
        {
            app.Azure.Faults.Add(new Fault("cosmos", "*", kind) { Probability = 0.1 });
        }

        var sent = new List<MessageJson>();
        for (var n = 0; n < 40; n++)
        {
            using var answer = await Eventually.SeesAsync(
                () => alice.TrySendAsync(conversation, $"message {n}", $"1d-{n}"),
                seen => seen.IsSuccessStatusCode);
            sent.Add(System.Text.Json.JsonSerializer.Deserialize<MessageJson>(
                await answer.Content.ReadAsStringAsync(), System.Text.Json.JsonSerializerOptions.Web)!);
        }

        app.Azure.Faults.Clear();
        Assert.Equal(sent, await bob.HistoryAsync(conversation));
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 40, LastSeq: 41 });
    }
}
