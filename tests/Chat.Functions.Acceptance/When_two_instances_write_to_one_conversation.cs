using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Each instance keeps the head that it committed last, which the other's commits make old.</summary>
public class When_two_instances_write_to_one_conversation
{
    [Fact]
    public async Task Should_give_every_message_the_next_place_whoever_takes_it()
    {
        await using var first = await ChatApp.StartAsync();
        await using var second = await ChatApp.StartAsync(first.Azure);
        var alice = first.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        for (var n = 0; n < 10; n++)
        {
            var sent = await alice.At(n % 2 == 0 ? first : second).SendAsync(conversation, $"message {n}");
            Assert.Equal((n + 2, n + 1), (sent.Seq, sent.Ordinal));
        }

        var both = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(n => alice.At(n % 2 == 0 ? first : second).SendAsync(conversation, $"at once {n}")));

        Assert.Equal(Enumerable.Range(12, 40).Select(seq => (long)seq), both.Select(message => message.Seq).Order());
        Assert.Equal(both.OrderBy(message => message.Seq), (await alice.HistoryAsync(conversation)).Skip(10));
    }
}
