using System.Text;
using System.Text.Json;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_many_append_at_once
{
    [Fact]
    public async Task Should_give_everyone_the_next_seq_and_keep_each_ones_order()
    {
        await using var deployment = await Deployment.StartAsync();
        AppProcess[] processes = [deployment.StartProcess(), deployment.StartProcess(), deployment.StartProcess()];
        string[] writers = [.. Enumerable.Range(0, 12).Select(n => $"writer-{n}")];
        var conversation = await processes[0].CreateGroupAsync(writers);

        var answered = await Task.WhenAll(writers.Select(async (writer, n) =>
        {
            var answers = new List<AppendResult>();
            for (var message = 0; message < 15; message++)
            {
                answers.Add(await processes[(n + message) % processes.Length].KeepSendingAsync(conversation, writer, $"{message}"));
            }

            return answers;
        }));

        var stored = await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation);
        Assert.Equal(1 + (12 * 15), stored.Entries.Count);
        Assert.All(answered.SelectMany(answers => answers), stored.Contains);
        Assert.All(
            answered,
            answers => Assert.Equal(answers.Select(one => one.Entries[0].Seq).Order(), answers.Select(one => one.Entries[0].Seq)));
        stored.WasEnqueued(processes.SelectMany(process => process.EnqueuedRanges));
    }

    [Fact]
    public async Task Should_commit_together_what_meets_in_a_process()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var before = deployment.CountBatches();
        using var gate = new Gate(deployment);

        var first = process.SendAsync(conversation, "alice", "first");
        await gate.Reached;
        var others = Enumerable.Range(0, 198).Select(n => process.SendAsync(conversation, "alice", $"{n}")).ToList();
        gate.Open();

        Assert.Equal(
            Enumerable.Range(3, 198).Select(seq => (long)seq),
            (await Task.WhenAll(others)).Select(answer => answer.Entries[0].Seq));
        Assert.Equal(2, (await first).Entries[0].Seq);
        Assert.Equal(3, deployment.CountBatches() - before);
    }

    [Fact]
    public async Task Should_never_put_more_into_a_commit_than_a_batch_holds()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var text = new StringBuilder().Insert(0, "😀", 4000).ToString();
        using var gate = new Gate(deployment);

        var first = process.SendAsync(conversation, "alice", "first");
        await gate.Reached;
        var others = Enumerable.Range(0, 120).Select(n => SendAsync($"{n}")).ToList();
        gate.Open();

        await first;
        var answers = await Task.WhenAll(others);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.All(answers, stored.Contains);
        Assert.All(stored.Messages.Skip(1), message => Assert.Equal(text, message.Text));
        Assert.All(
            stored.Entries.CountBy(entry => entry.Commit!.Id),
            commit => Assert.InRange(commit.Value, 1, CommitPlan.MaxOperations - 1));
        Assert.All(stored.Entries.GroupBy(entry => entry.Commit?.Id), commit => Assert.InRange(commit.Sum(Size), 1, 2 * 1024 * 1024));

        // As clients do: a busy machine may take longer for half a megabyte than a request waits.
        async Task<AppendResult> SendAsync(string clientMessageId)
        {
            while (true)
            {
                var answer = await process.SendAsync(conversation, "alice", clientMessageId, text);
                if (answer.Refusal != Problems.Unavailable)
                {
                    return answer;
                }
            }
        }

        static long Size(LogEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.LogEntry).Length;
    }

    [Fact]
    public async Task Should_not_let_one_senders_thousand_hold_up_another()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("hog", "bob");
        using var gate = new Gate(deployment);

        var hogs = new List<Task<AppendResult>> { process.SendAsync(conversation, "hog", "first") };
        await gate.Reached;
        hogs.AddRange(Enumerable.Range(0, 1000).Select(n => process.SendAsync(conversation, "hog", $"{n}")));
        var bobs = process.SendAsync(conversation, "bob", "hello");
        gate.Open();

        // Created, the first, and at most one more commit's worth before it.
        Assert.InRange((await bobs).Entries[0].Seq, 3, 2 + CommitPlan.MaxOperations - 1);
        var seqs = (await Task.WhenAll(hogs)).Select(answer => answer.Entries[0].Seq).ToList();
        Assert.Equal(seqs.Order(), seqs);
    }

    [Fact]
    public async Task Should_lose_nothing_while_idle_conversations_are_forgotten()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var refused = 0;

        // More conversations than a process keeps at hand; between them, one that is used on and off.
        await Parallel.ForEachAsync(Enumerable.Range(0, 11_500), async (n, cancel) =>
        {
            if ((await process.SendAsync(n % 50 == 0 ? conversation : ConversationId.New(), "alice", $"{n}", null, cancel)).Refusal
                is not null)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(11_500 - 230, refused);
        Assert.Equal(230, (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Messages.Count);
    }

    [Fact]
    public async Task Should_refuse_what_is_too_much_to_wait_and_go_on()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        using var gate = new Gate(deployment);

        var all = new List<Task<AppendResult>> { process.SendAsync(conversation, "alice", "first") };
        await gate.Reached;
        all.AddRange(Enumerable.Range(0, 2_010).Select(n => process.SendAsync(conversation, "alice", $"{n}")));
        gate.Open();

        var answers = await Task.WhenAll(all);
        Assert.Equal(10, answers.Count(answer => answer.Refusal == Problems.Unavailable));
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.Equal(2_001, stored.Messages.Count);
    }

    [Fact]
    public async Task Should_fail_only_the_command_whose_decision_fails()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        using var gate = new Gate(deployment);

        var first = process.SendAsync(conversation, "alice", "first");
        await gate.Reached;
        var before = process.SendAsync(conversation, "alice", "before");
        var broken = process.Log.AppendAsync(conversation, new BrokenCommand { Actor = new UserId("alice") }, null, CancellationToken.None);
        var after = process.SendAsync(conversation, "bob", "after");
        gate.Open();

        await Assert.ThrowsAsync<NotSupportedException>(() => broken);
        Assert.Equal([2, 3, 4], (await Task.WhenAll(first, before, after)).Select(answer => answer.Entries[0].Seq));
    }

    [Fact]
    public async Task Should_fail_a_command_that_no_commit_can_hold()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = ConversationId.New();
        var tooMany = AppProcess.Group(conversation, Enumerable.Range(0, 120).Select(n => $"member-{n}"));

        await Assert.ThrowsAsync<Microsoft.Azure.Cosmos.CosmosException>(
            () => process.Log.AppendAsync(conversation, tooMany, null, CancellationToken.None)).WaitAsync(Eventually.Timeout);
    }

    private sealed record BrokenCommand : LogCommand
    {
        public override Decision Decide(in DecisionContext context) => throw new NotSupportedException("Nobody knows how.");
    }
}
