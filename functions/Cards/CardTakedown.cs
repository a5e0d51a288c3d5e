using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Cards;

/// <summary>Takes a thing that the host app revoked out of all messages that show it.</summary>
/// <remarks>
/// An index of the messages' own finds them, so there is nothing beside a message that could be lost or left over. First the thing is
/// noted, which refuses further sends; then they are looked for, and once more when whatever was being sent meanwhile is committed.
/// </remarks>
public sealed class CardTakedown(
    RevokedContent revoked,
    MediaQueue queue,
    ConversationLog log,
    ChatContainers containers,
    TimeProvider time)
{
    private const int Page = 50;
    private const int MaxParallel = 8;

    /// <summary>Longer than a commit takes, and than a replica lags.</summary>
    private static readonly TimeSpan SecondSearchDelay = TimeSpan.FromMinutes(10);

    /// <summary>Begins it. If it fails, it may be done or not; a repeat does it.</summary>
    public async Task BeginAsync(string key, CancellationToken cancellationToken)
    {
        await queue.SendAsync(new CardRevoked(key), time.GetUtcNow() + SecondSearchDelay, cancellationToken);
        await revoked.AddAsync(key, cancellationToken);
        await queue.SendAsync(new CardRevoked(key), null, cancellationToken);
    }

    /// <summary>
    /// Takes the thing out of a page of messages; the rest follows as the next queue message, and so does each that can't be changed just
    /// now. Idempotent.
    /// </summary>
    /// <exception cref="TimeoutException">The one message that it is about can't be changed just now.</exception>
    public async Task GoOnAsync(CardRevoked card, CancellationToken cancellationToken)
    {
        if (card.Shown is { } one)
        {
            await TakeOutAsync(one, card.Key, cancellationToken);
            return;
        }

        if (card.Continuation is null)
        {
            // Whoever began may have got no further than its first queue message.
            await revoked.AddAsync(card.Key, cancellationToken);
        }

        var query = new QueryDefinition("SELECT c.conversationId, c.messageId, c.senderId FROM c WHERE ARRAY_CONTAINS(c.cardKeys, @key)")
            .WithParameter("@key", card.Key);
        var (found, continuation) = await containers.Conversations.QueryPageAsync(
            query,
            ChatJson.Default.DocumentsPageShownCard,
            Page,
            card.Continuation,
            cancellationToken);
        var failed = await Each.FailedAsync(
            found,
            MaxParallel,
            (shown, cancel) => TakeOutAsync(shown, card.Key, cancel),
            cancellationToken);
        foreach (var (shown, _) in failed)
        {
            await queue.SendAsync(new CardRevoked(card.Key) { Shown = shown }, null, cancellationToken);
        }

        if (continuation is not null)
        {
            await queue.SendAsync(card with { Continuation = continuation }, null, cancellationToken);
        }
    }

    private async Task TakeOutAsync(ShownCard shown, string key, CancellationToken cancellationToken) =>
        await log.ChangeAsync(
            shown.ConversationId,
            new RevokeCardCommand { Actor = shown.SenderId, MessageId = shown.MessageId, Key = key },
            cancellationToken);
}

/// <summary>A message that shows a thing.</summary>
public sealed record ShownCard(ConversationId ConversationId, MessageId MessageId, UserId SenderId);

/// <summary>Has a message show nothing of a thing any more. Quiet and idempotent.</summary>
internal sealed record RevokeCardCommand : LogCommand
{
    public required MessageId MessageId { get; init; }

    public required string Key { get; init; }

    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (context.Find<Message>(Message.DocumentId(MessageId)) is not { } message
            || message.IsExpiredAt(context.Now)
            || message.CardKeys?.Contains(Key, StringComparer.Ordinal) != true)
        {
            return Decision.Unchanged(head);
        }

        var updated = LogEvent.Of(
            context,
            LogEvent.MessageUpdated,
            message.SenderId,
            new MessageUpdated(message.MessageId),
            ChatJson.Default.MessageUpdated);
        return MessageCommand.Changed(context, head, updated, message.WithoutCard(Key), []);
    }
}
