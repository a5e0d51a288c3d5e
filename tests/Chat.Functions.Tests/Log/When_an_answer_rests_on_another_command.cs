using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>Two commands are in one commit: the second is decided on what the first leaves, and answered when that is stored.</summary>
public class When_an_answer_rests_on_another_command
{
    [Theory]
    [InlineData("alice", false)]
    [InlineData("carol", true)]
    public async Task Should_not_be_given_for_a_commit_that_was_given_up(string actor, bool sends)
    {
        await using var deployment = await Deployment.StartAsync(new HurriedClock());
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob", "carol");
        var (removed, other) = await TogetherAsync(deployment, process, conversation, actor, sends, FaultKind.Fail);

        Assert.Equal(Problems.Unavailable, removed.Refusal);
        Assert.Equal(Problems.Unavailable, other.Refusal);
        deployment.Azure.Faults.Clear();
        Assert.Null((await process.KeepSendingAsync(conversation, "carol", "I am still here")).Refusal);
    }

    [Theory]
    [InlineData("alice", false)]
    [InlineData("carol", true)]
    public async Task Should_be_decided_anew_with_it_when_another_process_committed_first(string actor, bool sends)
    {
        await using var deployment = await Deployment.StartAsync();
        var (process, elsewhere) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await process.CreateGroupAsync("alice", "bob", "carol");
        var (removed, other) = await TogetherAsync(
            deployment,
            process,
            conversation,
            actor,
            sends,
            FaultKind.Delay,
            () => elsewhere.SendAsync(conversation, "bob", "Meanwhile"));

        Assert.Single(removed.Entries);
        Assert.Equal(sends ? Problems.ConversationNotFound : null, other.Refusal);
        Assert.Empty(other.Entries);
        Assert.NotNull(other.Session);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.DoesNotContain(stored.Head.Members!, member => member.UserId == new UserId("carol"));
        Assert.Equal(["first", "Meanwhile"], stored.Texts);
    }

    /// <summary>Alice removes Carol, and in the same commit does so again, or Carol sends.</summary>
    private static async Task<(AppendResult Removed, AppendResult Other)> TogetherAsync(
        Deployment deployment,
        AppProcess process,
        ConversationId conversation,
        string actor,
        bool sends,
        FaultKind then,
        Func<Task>? meanwhile = null)
    {
        using var gate = new Gate(deployment);
        var first = process.SendAsync(conversation, "alice", "first");
        await gate.Reached;
        var removal = process.Log.AppendAsync(conversation, Removal(conversation, "alice"), null, CancellationToken.None);
        var other = sends
            ? process.SendAsync(conversation, actor, "second")
            : process.Log.AppendAsync(conversation, Removal(conversation, actor), null, CancellationToken.None);
        using var trouble = then == FaultKind.Fail ? deployment.Break("batch", then) : new Gate(deployment);
        gate.Open();
        if (trouble is Gate next)
        {
            await next.Reached;
            await meanwhile!();
            next.Open();
        }

        Assert.Null((await first).Refusal);
        return (await removal, await other);
    }

    private static RemoveMemberCommand Removal(ConversationId conversation, string actor) =>
        new() { Actor = new UserId(actor), Conversation = conversation, UserId = new UserId("carol") };
}
