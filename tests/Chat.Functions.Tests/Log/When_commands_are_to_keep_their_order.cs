using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Log;

public class When_commands_are_to_keep_their_order
{
    private static readonly FaultKind[] Troubles =
        [FaultKind.Fail, FaultKind.Throttle, FaultKind.TimeoutAfter, FaultKind.FalsePrecondition];

    [Fact]
    public async Task Should_not_try_what_follows_on_a_commit_that_was_given_up()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");

        // Longer than anybody waits, so that the commit is given up while there is time for another.
        deployment.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Throttle) { Times = 1, Delay = TimeSpan.FromSeconds(10) });
        var answers = await process.Log.AppendInOrderAsync(conversation, Sends(conversation, "alice", 150), null, CancellationToken.None);
        Assert.All(answers, answer => Assert.Equal(Problems.Unavailable, answer.Refusal));
        Assert.Empty((await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    [Fact]
    public async Task Should_stand_as_they_were_sent_whatever_fails()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            await using var deployment = await Deployment.StartAsync(new HurriedClock(), seed);
            var processes = new[] { deployment.StartProcess(), deployment.StartProcess() };
            var conversation = await processes[0].CreateGroupAsync("alice", "bob");
            deployment.Break("*", Troubles[random.Next(Troubles.Length)], probability: 0.4);
            await Task.WhenAll(SendAllAsync("alice", 150), SendAllAsync("bob", 60));
            deployment.Azure.Faults.Clear();

            var stored = await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation);
            foreach (var own in stored.Messages.GroupBy(message => message.SenderId.Value))
            {
                Assert.Equal(Enumerable.Range(0, own.Key == "alice" ? 150 : 60).Select(n => $"{n}"), own.Select(message => message.Text));
            }

            // Again from the first without an answer, until all have one.
            async Task SendAllAsync(string sender, int count)
            {
                var left = Sends(conversation, sender, count);
                for (var process = 0; left.Count > 0; process++)
                {
                    var answers = await processes[process % 2].Log.AppendInOrderAsync(conversation, left, null, CancellationToken.None);
                    left.RemoveRange(0, answers.TakeWhile(answer => answer.Refusal is null).Count());
                }
            }
        }
    }

    private static List<SendMessageCommand> Sends(ConversationId conversation, string sender, int count) =>
        [.. Enumerable.Range(0, count).Select(
            n => new SendMessageCommand(conversation, new UserId(sender), $"{n}", new MessageContent { Text = $"{n}" }, new Limits()))];
}
