using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_command_is_repeated
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_answer_the_first_and_refuse_another_text(bool afterRestart)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var first = await process.SendAsync(conversation, "alice", "id", "hello");
        process = afterRestart ? deployment.StartProcess() : process;

        var again = await process.SendAsync(conversation, "alice", "id", "hello");
        var other = await process.SendAsync(conversation, "alice", "id", "something else");
        var bobs = await process.SendAsync(conversation, "bob", "id", "something else");

        Assert.True(again.IsRepeat);
        Assert.Equal(first.Entries, again.Entries);
        Assert.Equal(Problems.ClientMessageIdReused, other.Refusal);
        Assert.False(bobs.IsRepeat);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.Equal(["hello", "something else"], stored.Texts);
    }

    [Fact]
    public async Task Should_carry_the_session_by_which_its_sender_reads_it()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");

        var first = await process.SendAsync(conversation, "alice", "id");
        var again = await deployment.StartProcess().SendAsync(conversation, "alice", "id");

        Assert.NotNull(first.Session);
        Assert.NotNull(again.Session);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_tell_nothing_to_a_sender_who_was_removed(bool byAnotherProcess)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        await process.SendAsync(conversation, "bob", "recent");
        var remover = byAnotherProcess ? deployment.StartProcess() : process;
        Assert.Null((await remover.Log.AppendAsync(
            conversation,
            new RemoveMemberCommand { Actor = new UserId("alice"), Conversation = conversation, UserId = new UserId("bob") },
            null,
            CancellationToken.None)).Refusal);

        var recent = await process.SendAsync(conversation, "bob", "recent");
        var old = await deployment.StartProcess().SendAsync(conversation, "bob", "recent");

        Assert.Equal((Problems.ConversationNotFound, Problems.ConversationNotFound), (recent.Refusal, old.Refusal));
    }

    [Fact]
    public async Task Should_commit_its_neighbours()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var first = await process.SendAsync(conversation, "alice", "old");
        await process.SendAsync(conversation, "alice", "older");
        process = deployment.StartProcess();
        using var gate = new Gate(deployment);

        var ahead = process.SendAsync(conversation, "alice", "ahead");
        await gate.Reached;
        var one = process.SendAsync(conversation, "alice", "one");
        var repeat = process.SendAsync(conversation, "alice", "old");
        var two = process.SendAsync(conversation, "bob", "two");
        var misuse = process.SendAsync(conversation, "alice", "older", "not what it was");
        var three = process.SendAsync(conversation, "alice", "three");
        gate.Open();

        Assert.Equal(first.Entries, (await repeat).Entries);
        Assert.Equal(Problems.ClientMessageIdReused, (await misuse).Refusal);
        var answers = await Task.WhenAll(ahead, one, two, three);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.All(answers, stored.Contains);
        Assert.Equal(["old", "older", "ahead", "one", "two", "three"], stored.Texts);
    }

    [Fact]
    public async Task Should_store_one_of_many_at_once()
    {
        await using var deployment = await Deployment.StartAsync();
        AppProcess[] processes = [deployment.StartProcess(), deployment.StartProcess(), deployment.StartProcess()];
        var conversation = await processes[0].CreateGroupAsync("alice", "bob");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 90).Select(n => processes[n % 3].SendAsync(conversation, "alice", "id", n % 10 == 9 ? "other" : "hello")));

        var stored = Assert.Single((await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation)).Messages);
        Assert.Equal(stored.Text == "hello" ? 81 : 9, answers.Count(answer => answer.Refusal is null));
        Assert.All(answers.Where(answer => answer.Refusal is null), answer => Assert.Equal(stored.Seq, answer.Entries[0].Seq));
        Assert.All(
            answers.Where(answer => answer.Refusal is not null),
            answer => Assert.Equal(Problems.ClientMessageIdReused, answer.Refusal));
        Assert.Single(answers, answer => answer.Refusal is null && !answer.IsRepeat);
    }

    [Fact]
    public async Task Should_find_what_was_stored_although_the_first_answer_was_that_it_may_not_be()
    {
        await using var deployment = await Deployment.StartAsync(new HurriedClock());
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        using (deployment.Break("batch", FaultKind.TimeoutAfter))
        {
            Assert.Equal(Problems.Unavailable, (await process.SendAsync(conversation, "alice", "id")).Refusal);
        }

        var again = await process.KeepSendingAsync(conversation, "alice", "id");

        Assert.True(again.IsRepeat);
        Assert.Equal("id", ((Message)again.Entries[0]).Text);
        Assert.Single((await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Messages);
    }
}
