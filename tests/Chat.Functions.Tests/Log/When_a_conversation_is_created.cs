using System.Text;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_conversation_is_created
{
    [Fact]
    public async Task Should_be_created_once_by_many_at_once()
    {
        await using var deployment = await Deployment.StartAsync();
        AppProcess[] processes = [deployment.StartProcess(), deployment.StartProcess(), deployment.StartProcess()];
        var conversation = ConversationId.New();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(n =>
            processes[n % 3].Log.AppendAsync(
                conversation,
                AppProcess.Group(conversation, ["alice", "bob"], hash: n % 10 == 9 ? "other" : "hash"),
                null,
                CancellationToken.None)));

        var stored = await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation);
        var created = (LogEvent)Assert.Single(stored.Entries);
        Assert.Equal(created.RequestHash == "hash" ? 27 : 3, answers.Count(answer => answer.Refusal is null));
        Assert.All(
            answers.Where(answer => answer.Refusal is not null), answer => Assert.Equal(Problems.IdempotencyKeyReused, answer.Refusal));
        Assert.Single(answers, answer => answer.Refusal is null && !answer.IsRepeat);
        Assert.Equal(2, stored.Members.Count);
    }

    [Theory]
    [InlineData(nameof(FaultKind.ResetAfter))]
    [InlineData(nameof(FaultKind.TimeoutAfter))]
    public async Task Should_recognise_its_own_creation(string trouble)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = ConversationId.New();
        using var fault = deployment.Break("batch", Enum.Parse<FaultKind>(trouble), times: 1);

        var created = await process.Log.AppendAsync(
            conversation, AppProcess.Group(conversation, ["alice", "bob"]), null, CancellationToken.None);

        Assert.False(created.IsRepeat);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        stored.Contains(created);
        stored.WasEnqueued(process.EnqueuedRanges);
    }

    [Fact]
    public async Task Should_gain_its_further_members_once_although_processes_die_in_between()
    {
        await using var deployment = await Deployment.StartAsync();
        var conversation = ConversationId.New();
        string[] members = [.. Enumerable.Range(0, 256).Select(n => $"member-{n}")];
        var parts = members.Chunk(CreateConversationCommand.MaxFirstMembers).ToList();

        // Each process begins anew and comes one part further.
        for (var reach = 1; reach <= parts.Count + 1; reach++)
        {
            var process = deployment.StartProcess();
            var created = await process.Log.AppendAsync(
                conversation, AppProcess.Group(conversation, parts[0]), null, CancellationToken.None);
            Assert.Equal(reach > 1, created.IsRepeat);
            foreach (var part in parts.Take(reach).Skip(1))
            {
                var more = new AddRemainingMembersCommand
                {
                    Actor = new UserId(members[0]),
                    ConversationId = conversation,
                    Users = [.. part.Select(name => new UserId(name))],
                    MaxMembers = 256,
                };
                Assert.Null((await process.Log.AppendAsync(conversation, more, null, CancellationToken.None)).Refusal);
            }
        }

        var stored = await StoredLog.ReadAsync(deployment.StartProcess().Containers.Conversations, conversation);
        Assert.Equal(members.Order(), stored.Members.Select(member => member.UserId.Value).Order());
        Assert.Equal((3, 256), (stored.Entries.Count, stored.Head.MemberCount));
    }

    [Theory]
    [InlineData("😀", 1)]
    [InlineData("\u0001", 2)]
    [InlineData("\uFFFF", 2)]
    [InlineData("語", 2)]
    public async Task Should_keep_its_head_small_whatever_it_is_called(string letter, int previewed)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = ConversationId.New();
        string[] members = [.. Enumerable.Range(0, 10).Select(n => new string((char)('a' + n), 64))];
        var title = new StringBuilder().Insert(0, letter, 128).ToString();

        var created = await process.Log.AppendAsync(
            conversation, AppProcess.Group(conversation, members, title), null, CancellationToken.None);
        var sent = await process.SendAsync(
            conversation, members[0], "id", new StringBuilder().Insert(0, letter, previewed * 200).ToString());

        var everything = new UpdateConversationCommand
        {
            Actor = new UserId(members[0]),
            Conversation = conversation,
            Change = new UpdateConversationRequest
            {
                Description = new(true, title),
                HistoryVisibility = new(true, HistoryVisibility.All),
                JoinPolicy = new(true, JoinPolicy.Approval),
                MessageTtl = new(true, 90 * 24 * 60 * 60),
                SlowModeSeconds = new(true, 3600),
            },
        };
        var updated = await process.Log.AppendAsync(conversation, everything, null, CancellationToken.None);

        Assert.NotNull(created.Head?.Members);
        Assert.Null(sent.Refusal);
        Assert.Null(updated.Refusal);
        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.Equal(title, stored.Head.Title);
    }
}
