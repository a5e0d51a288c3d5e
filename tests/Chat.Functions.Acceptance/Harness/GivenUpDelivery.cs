using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Makes a dead letter of a message's push, as if it had failed for as long as it is tried.</summary>
internal static class GivenUpDelivery
{
    public static async Task MakeAsync(ChatApp app, Person sender, string conversation, string text)
    {
        var letters = app.Azure.ServiceBus.Find(EntriesCommitted.Queue)!;
        var before = letters.Count().DeadLettered;
        var sent = await sender.SendAsync(conversation, text);
        await app.HasDeliveredAsync();

        // What the app itself would have sent, and tried until now.
        using var fault = app.Azure.Faults.Add(new Fault("signalr", "*", FaultKind.Fail));
        var entry = await app.Services.GetRequiredService<ChatContainers>().Conversations.ReadDocumentAsync(
            Message.DocumentId(new MessageId(sent.MessageId)),
            new ConversationId(conversation),
            ChatJson.Default.Message);
        var range = new EntriesCommitted
        {
            ConversationId = new ConversationId(conversation),
            First = sent.Seq,
            Last = sent.Seq,
            Entries = [entry.Document!],
        };
        var message = new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(range, ChatJson.Default.EntriesCommitted))
        {
            ContentType = "application/json",
        };
        message.ApplicationProperties[Rescheduling.TriedUntil] = app.Azure.Time.GetUtcNow();
        await app.Services.GetRequiredService<ServiceBusClient>().CreateSender(EntriesCommitted.Queue).SendMessageAsync(message);
        await Eventually.HoldsAsync(() => letters.Count().DeadLettered, count => count == before + 1);
    }
}
