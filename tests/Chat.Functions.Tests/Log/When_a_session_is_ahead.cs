using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local.Tests;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>A caller has seen more than the account shows, or says so: only their own commands wait for it.</summary>
public class When_a_session_is_ahead
{
    private static readonly Session Ahead = new("0:-1#999999999");

    [Theory]
    [InlineData("stranger")]
    [InlineData("bob")]
    public async Task Should_not_hold_up_others(string caller)
    {
        await using var deployment = await Deployment.StartAsync(new StoppedClock());
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        using var gate = new Gate(deployment, "read", target: IsHead);

        var refused = process.Log.AppendAsync(conversation, Refused(conversation, caller), Ahead, CancellationToken.None);
        await gate.Reached;
        var further = SendAsync(process, conversation, caller, "further");
        var others = await SendAsync(process, conversation, "alice", "hello").WaitAsync(Eventually.Timeout);

        Assert.Equal(2, others.Entries[0].Seq);
        Assert.False(refused.IsCompleted || further.IsCompleted);
    }

    [Fact]
    public async Task Should_keep_the_order_of_the_caller()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var session = (await SendAsync(process, conversation, "alice", "hello")).Session;
        using var gate = new Gate(deployment, "read", target: IsHead);

        SendMessageCommand[] commands = [Refused(conversation, "bob"), Send(conversation, "bob", "one"), Send(conversation, "bob", "two")];
        var batch = process.Log.AppendInOrderAsync(conversation, commands, session, CancellationToken.None);
        await gate.Reached;
        var last = SendAsync(process, conversation, "bob", "last");
        gate.Open();

        Assert.Equal(["message_not_found", null, null], (await batch).Select(answer => answer.Refusal?.Code));
        await last;
        Assert.Equal(["hello", "one", "two", "last"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    [Fact]
    public async Task Should_take_back_what_waits_when_the_caller_leaves()
    {
        await using var deployment = await Deployment.StartAsync(new StoppedClock());
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var session = (await SendAsync(process, conversation, "alice", "hello")).Session;
        using var gate = new Gate(deployment, "read", target: IsHead);
        using var connection = new CancellationTokenSource();

        SendMessageCommand[] commands = [Refused(conversation, "bob"), Send(conversation, "bob", "gone")];
        var batch = process.Log.AppendInOrderAsync(conversation, commands, session, connection.Token);
        await gate.Reached;
        await connection.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch);
        gate.Open();

        await SendAsync(process, conversation, "bob", "again");
        Assert.Equal(["hello", "again"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    [Fact]
    public async Task Should_not_be_refused_on_a_head_that_is_older_than_the_session()
    {
        var clock = new TestClock();
        await using var deployment = await Deployment.StartAsync(clock);
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var session = (await SendAsync(process, conversation, "alice", "hello")).Session;
        SendMessageCommand[] commands = [Refused(conversation, "bob"), Send(conversation, "bob", "one"), Send(conversation, "bob", "two")];
        using (var gate = new Gate(deployment, "read", target: IsHead))
        {
            var batch = process.Log.AppendInOrderAsync(conversation, commands, session, CancellationToken.None);
            await gate.Reached;

            // As long as the lane waits for one session.
            clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.All(await batch.WaitAsync(Eventually.Timeout), answer => Assert.Equal(Problems.Unavailable, answer.Refusal));
        }

        var again = await process.Log.AppendInOrderAsync(conversation, commands, session, CancellationToken.None);
        Assert.Equal(["message_not_found", null, null], again.Select(answer => answer.Refusal?.Code));
        Assert.Equal(["hello", "one", "two"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    private static bool IsHead(string target) => target.EndsWith("/head", StringComparison.Ordinal);

    private static Task<AppendResult> SendAsync(AppProcess process, ConversationId conversation, string sender, string text) =>
        process.SendAsync(conversation, sender, text);

    private static SendMessageCommand Send(ConversationId conversation, string sender, string text) =>
        new(conversation, new UserId(sender), text, new MessageContent { Text = text }, new Limits());

    /// <summary>What the head and the documents at hand refuse: an answer to a message that isn't there.</summary>
    private static SendMessageCommand Refused(ConversationId conversation, string sender) =>
        new(
            conversation,
            new UserId(sender),
            "refused",
            new MessageContent { Text = "refused", ReplyTo = new MessageId("none") },
            new Limits());

    /// <summary>Time stands still, so that nobody stops waiting.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(callback, state, Timeout.Infinite, Timeout.Infinite);
    }
}
