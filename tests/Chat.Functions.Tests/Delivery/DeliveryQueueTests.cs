using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

/// <summary>What a hand-over carries, so that pushing it needs no reads.</summary>
public class DeliveryQueueTests
{
    [Fact]
    public async Task Projects_a_range_again_whose_entries_changed_since_it_was_projected()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var client = deployment.Azure.ServiceBus.Connect();
        var queue = new DeliveryQueue(client);
        var receiver = client.CreateReceiver(FanOutMessage.Queue);
        var range = new ProjectEntries { ConversationId = ConversationId.New(), First = 2, Last = 2 };
        for (var n = 0; n < 2; n++)
        {
            await queue.EnqueueAsync(range, null, CancellationToken.None);
            var message = await receiver.ReceiveMessageAsync(Eventually.Timeout);
            Assert.NotNull(message);
            await receiver.CompleteMessageAsync(message);
        }
    }

    [Fact]
    public async Task Hands_over_head_session_and_entries_but_no_more_than_a_message_holds()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("ann", "ben");
        var text = new string('x', 4_000);

        // What one call brings goes into one commit.
        await process.KeepSendingAsync(conversation, "ann", "alone", text);
        var together = Enumerable.Range(0, 60)
            .Select(n => new SendMessageCommand(conversation, new("ben"), $"{n}", new MessageContent { Text = text }, new Limits()));
        await process.Log.AppendInOrderAsync(conversation, [.. together], null, CancellationToken.None);

        var ranges = process.EnqueuedRanges.OrderBy(range => range.First).ToList();
        Assert.Contains(ranges, range => range.Entries.Count > 50);
        await using var client = deployment.Azure.ServiceBus.Connect();
        var queue = new DeliveryQueue(client);

        foreach (var range in ranges)
        {
            await queue.EnqueueAsync(range);
        }

        var messages = await client.CreateReceiver(EntriesCommitted.Queue).PeekMessagesAsync(ranges.Count);
        foreach (var (range, message) in ranges.Zip(messages))
        {
            var carried = JsonSerializer.Deserialize(message.Body, ChatJson.Default.EntriesCommitted)!;
            Assert.Equal($"{conversation}:{range.First}-{range.Last}", message.MessageId);
            Assert.Equal((range.Last, range.Session!.Value), (carried.Head!.LastSeq, carried.Session!.Value));
            Assert.Equal(range.Entries.Count > 40 ? null : range.Entries.Count, carried.Entries?.Count);
        }
    }
    [Fact]
    public async Task Carries_a_message_only_where_an_entry_says_that_it_was_updated()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("ann", "ben");
        var sent = (Message)(await process.KeepSendingAsync(conversation, "ann", "1", "Helo")).Entries[0];
        await process.Log.AppendAsync(conversation, Commands.Reaction(conversation, sent, "ben"), null, CancellationToken.None);
        var edit = new EditMessageCommand
        {
            Actor = new("ann"),
            Conversation = conversation,
            MessageId = sent.MessageId,
            Text = "Hello",
            Limits = new(),
        };
        await process.Log.AppendInOrderAsync(
            conversation, [edit with { Text = "Hell" }, edit], null, CancellationToken.None);

        var carried = process.EnqueuedRanges.OrderBy(range => range.First).Select(EntriesCommitted.Of).ToList();
        Assert.Equal([null, null, null], carried[..3].Select(range => range.Updated));
        Assert.All(carried[..3], range => Assert.DoesNotContain(
            "\"updated\"", JsonSerializer.Serialize(range, ChatJson.Default.EntriesCommitted), StringComparison.Ordinal));
        var read = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(carried[^1], ChatJson.Default.EntriesCommitted), ChatJson.Default.EntriesCommitted)!;
        var message = Assert.IsType<Message>(Assert.Single(read.Updated!));
        Assert.Equal(("Hello", carried[^1].Last), (message.Text, message.UpdatedSeq));
    }
}
