using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Local;
using Chat.Local.Functions;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// <c>kill -9</c> of the app's own process at each step of a send and its delivery, while the host and the services live.
/// </summary>
public sealed class When_a_worker_is_killed(When_a_worker_is_killed.ChildApp child) : IClassFixture<When_a_worker_is_killed.ChildApp>
{
    private const int GroupMembers = 40;

    /// <summary>
    /// The steps, each with the operation that begins it, of whose targets, and how many of them go well; whether it is applied.
    /// </summary>
    public static TheoryData<string, string, string, string, int, bool> Steps => new()
    {
        { "the commit", "cosmos", "batch", "conversations/", 0, false },
        { "the commit's answer", "cosmos", "batch", "conversations/", 0, true },
        { "enqueueing the delivery", "servicebus", "send", "deliveries/", 0, false },
        { "the delivery's answer from the queue", "servicebus", "send", "deliveries/", 0, true },
        { "the push", "signalr", "send-user", "", 0, false },
        { "the inbox", "cosmos", "patch", "users/", 0, false },
        { "the inbox's answer", "cosmos", "patch", "users/", 0, true },
        { "completing the message", "servicebus", "complete", "deliveries/", 0, false },
        { "the page of the change feed", "functions", "feed", nameof(ProjectInboxes), 0, false },
        { "moving the feed's lease on", "functions", "feed", nameof(ProjectInboxes), 0, true },
    };

    /// <summary>The steps of a large group's lists, which a chain of messages moves.</summary>
    public static TheoryData<string, string, string, string, int, bool> StepsOfLargeGroups => new()
    {
        { "the first message of the chain", "servicebus", "send", "fanout/", 0, false },
        { "the middle of its inboxes", "cosmos", "patch", "users/", GroupMembers / 2, false },
        { "completing the last message", "servicebus", "complete", "fanout/", 0, false },
        { "moving the feed's lease on", "functions", "feed", nameof(ProjectInboxes), 0, true },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Should_deliver_although_it_dies_at(
        string step,
        string service,
        string operation,
        string target,
        int skip,
        bool isApplied)
    {
        var (alice, bob) = (child.App.As(Guid.NewGuid().ToString("N")), child.App.As(Guid.NewGuid().ToString("N")));
        var conversation = (await alice.StartDirectAsync(bob.Name)).ConversationId;
        await child.App.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();

        await SendAndKillAsync(alice, conversation, new Fault(service, operation, isApplied ? FaultKind.ResetAfter : FaultKind.ResetBefore)
        {
            Target = one => one.StartsWith(target, StringComparison.Ordinal),
            Skip = skip,
        });

        await phone.ReceivesAsync(conversation, "Hello");
        await child.App.HasDeliveredAsync();
        await Eventually.SeesAsync(
            () => bob.SummaryAsync(conversation),
            seen => seen is { UnreadCount: 1, LastMessage.Preview: "Hello" },
            $"'Hello' in the inbox after a kill at {step}");
        Assert.Single(await bob.HistoryAsync(conversation));
        await NothingIsDeadAsync();
    }

    [Theory]
    [MemberData(nameof(StepsOfLargeGroups))]
    public async Task Should_reach_every_inbox_although_it_dies_at(
        string step,
        string service,
        string operation,
        string target,
        int skip,
        bool isApplied)
    {
        var members = Enumerable.Range(0, GroupMembers).Select(_ => child.App.As(Guid.NewGuid().ToString("N"))).ToList();
        var conversation = (await members[0].CreateGroupAsync("Crowd", members[1..].Select(member => member.Name))).ConversationId;
        await child.App.HasDeliveredAsync();

        await SendAndKillAsync(
            members[0], conversation, new Fault(service, operation, isApplied ? FaultKind.ResetAfter : FaultKind.ResetBefore)
            {
                Target = one => one.StartsWith(target, StringComparison.Ordinal),
                Skip = skip,
            });

        await child.App.HasDeliveredAsync();
        await Task.WhenAll(members[1..].Select(member => Eventually.SeesAsync(
            () => member.SummaryAsync(conversation),
            seen => seen is { UnreadCount: 1, LastMessage.Preview: "Hello" },
            $"'Hello' in the inbox of {member.Name} after a kill at {step}")));
        await NothingIsDeadAsync();
    }

    [Fact]
    public async Task Should_say_that_a_setting_is_wrong_and_start_nothing()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:Text"] = "0" };
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => ChatApp.StartChildAsync(settings));
        Assert.Contains("ended with exit code", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends while the app is killed at a fault, and again until there is an answer, as clients do.</summary>
    private async Task SendAndKillAsync(Person sender, string conversation, Fault at)
    {
        var died = new TaskCompletionSource<int>();
        Func<string, Task> kill = async _ => died.TrySetResult(await child.App.KillWorkerAsync());

        // What the worker itself does has to be done before it dies.
        var isOfWorker = at is { Service: "functions", Kind: FaultKind.ResetAfter };
        var fault = isOfWorker ? at with { Times = 1, Applied = kill } : at with { Times = 1, Strike = kill };
        using (child.App.Azure.Faults.Add(fault))
        {
            await Eventually.SeesAsync(() => sender.TrySendAsync(conversation, "Hello", "1d-1"), answer => answer.IsSuccessStatusCode);
            await child.App.HasReplacedAsync(await died.Task.WaitAsync(Eventually.Timeout));
        }
    }

    private async Task NothingIsDeadAsync()
    {
        foreach (var queue in child.App.Azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.PeekAsync(Azure.Messaging.ServiceBus.SubQueue.DeadLetter, 0, 10));
        }
    }

    /// <summary>One app for all steps: whoever was killed is there again.</summary>
    public sealed class ChildApp : IAsyncLifetime
    {
        internal ChatApp App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await ChatApp.StartChildAsync();

        public async Task DisposeAsync() => await App.DisposeAsync();
    }
}
