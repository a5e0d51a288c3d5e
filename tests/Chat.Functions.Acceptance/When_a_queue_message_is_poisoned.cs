using System.Text;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_queue_message_is_poisoned
{
    [Theory]
    [InlineData("deliveries", "this is not JSON", "Malformed")]
    [InlineData("deliveries", """{"first":1}""", "Malformed")]
    [InlineData("deliveries", """{"conversationId":"aaaaaaaaaaaaaaaaaaaaaa","first":1,"last":1}""", "ConversationNotFound")]
    [InlineData("fanout", "[]", "Malformed")]
    [InlineData("scheduled", "null", "Malformed")]
    public async Task Should_be_dead_lettered_with_its_reason_and_hold_nobody_up(string queue, string body, string reason)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();
        await using var client = app.Azure.ServiceBus.Connect();
        await client.CreateSender(queue).SendMessageAsync(new ServiceBusMessage(Encoding.UTF8.GetBytes(body)));

        await alice.SendAsync(conversation, "still here");

        await phone.ReceivesAsync(conversation, "still here");
        var letters = await Eventually.SeesAsync(
            async () => await app.Azure.ServiceBus.Find(queue)!.PeekAsync(SubQueue.DeadLetter, 0, 10),
            all => all.Count == 1);
        Assert.Equal(reason, letters[0].DeadLetterReason);
        Assert.Equal(1, letters[0].DeliveryCount);
        Assert.Equal(body, letters[0].Body.ToString());
    }
}
