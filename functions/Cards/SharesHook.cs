using System.Text.Json;
using Chat.Functions.Hooks;
using Chat.Functions.Messages;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Functions.Cards;

/// <summary>
/// Tells the host app of every message with cards at least once, in any order, so that it can count shares; the call's id tells a repeat.
/// What was sent before there was an address isn't told later.
/// </summary>
public sealed class SharesHook(HostAddress<SharesHook> host, HostCalls calls, ModerationQueue queue, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Sees to it that the host app hears of a message of the change feed, if it shows cards.</summary>
    public async Task EnqueueAsync(Message message, CancellationToken cancellationToken)
    {
        if (host.IsOn && message.Cards is { } cards)
        {
            var shared = new CardsShared(
                message.ConversationId,
                message.MessageId,
                message.SenderId,
                message.At,
                [.. cards.Select(card => new CardReference(card.Type, card.Id))]);
            await queue.SendAsync(shared, time.GetUtcNow(), cancellationToken);
        }
    }

    /// <exception cref="Exception">It didn't take it; to be tried again.</exception>
    public async Task TellAsync(CardsShared shared, CancellationToken cancellationToken)
    {
        if (!host.IsOn)
        {
            return;
        }

        var told = new CardsTold(shared.ConversationId, shared.SharedBy, shared.SenderId, shared.At, shared.Cards);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await calls.PostAsync(
            host.Url,
            host.Key,
            shared.MessageId,
            JsonSerializer.SerializeToUtf8Bytes(told, ChatJson.Default.CardsTold),
            either.Token);
    }
}

/// <summary>What the host app is told of a message with cards.</summary>
internal sealed record CardsTold(
    ConversationId ConversationId,
    MessageId MessageId,
    UserId SenderId,
    DateTimeOffset At,
    IReadOnlyList<CardReference> Cards)
{
    public string Type { get; } = "card.shared";
}
