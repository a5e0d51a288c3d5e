using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Messages;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>Tells the host app of messages that are held and that it doesn't know of, again and again until it takes them.</summary>
/// <remarks>
/// It is on a queue before the message is committed; if there is no such message then, it does nothing. Where no host app is asked, it is a
/// dead letter, which operators replay when there is one.
/// </remarks>
public sealed class HeldMessages(
    BeforeSendOptions options,
    HostCalls calls,
    ModerationQueue queue,
    ChatContainers containers,
    TimeProvider time)
{
    /// <summary>Longer than a commit may take: a call is over after 3 s, and what it left in flight soon after.</summary>
    private static readonly TimeSpan FirstCheckDelay = TimeSpan.FromMinutes(1);

    /// <summary>For a replica that lags for long.</summary>
    private static readonly TimeSpan SecondCheckDelay = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Sees to it that the host app hears of a message, if that is committed.</summary>
    internal Task TellLaterAsync(
        ConversationId conversation,
        MessageId message,
        MessageContent content,
        CancellationToken cancellationToken)
    {
        var held = new MessageHeld(conversation, message, BeforeSendMessage.Of(message, content).ContentHash, IsLast: false);
        return queue.SendAsync(held, time.GetUtcNow() + FirstCheckDelay, cancellationToken);
    }

    /// <summary>Tells it, if the message is still held.</summary>
    /// <exception cref="UnprocessableException">There is no host app to tell.</exception>
    /// <exception cref="Exception">It didn't take it; to be tried again.</exception>
    public async Task TellAsync(MessageHeld held, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(held);
        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(held.Held),
            held.ConversationId,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        if (message is null && !held.IsLast)
        {
            await queue.SendAsync(held with { IsLast = true }, time.GetUtcNow() + SecondCheckDelay, cancellationToken);
            return;
        }

        if (message?.Held is not { } content || content.Hash != held.ContentHash || message.IsExpiredAt(time.GetUtcNow()))
        {
            return;
        }

        if (!options.IsOn)
        {
            throw new UnprocessableException("NobodyDecides", "A message is held, and no host app is set that could decide on it.");
        }

        var told = new BeforeSend(
            held.ConversationId,
            message.SenderId,
            [BeforeSendMessage.Of(held.Held, message.Kind, content) with { Held = true }])
        {
            Type = BeforeSend.Telling,
        };
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await calls.PostAsync(
            options.Url,
            options.Key,
            OpaqueId.Hash("held", held.ConversationId.Value, held.Held.Value, held.ContentHash),
            JsonSerializer.SerializeToUtf8Bytes(told, ChatJson.Default.BeforeSend),
            either.Token);
    }
}
