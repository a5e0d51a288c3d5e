using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_commands_are_to_keep_their_order
{
    private static readonly FaultKind[] Troubles = [FaultKind.Fail, FaultKind.Throttle, FaultKind.TimeoutAfter, FaultKind.FalsePrecondition];

    [Fact]
    public async Task Should_store_none_after_one_that_was_given_up()
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
                var left = Enumerable.Range(0, count).Select(n => new NewMessage(conversation, new UserId(sender), $"{n}", new MessageContent { Text = $"{n}" })).ToList();
                for (var process = 0; left.Count > 0; process++)
                {
                    var answers = await processes[process % 2].Log.AppendInOrderAsync(conversation, left, CancellationToken.None);
                    left.RemoveRange(0, answers.TakeWhile(answer => answer.Refusal is null).Count());
                }
            }
        }
    }
}
