using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>Finds messages of several conversations, as far as one user sees them now.</summary>
public sealed class SeenMessages(ConversationReader reader, BlockReader blocks, ChatContainers containers, TimeProvider time)
{
    /// <summary>Each message, or what keeps the user from it.</summary>
    internal async Task<IReadOnlyDictionary<(ConversationId, MessageId), SeenMessage>> FindAsync(
        UserId user,
        IEnumerable<(ConversationId ConversationId, MessageId MessageId)> wanted,
        Session? session,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(wanted.Distinct().GroupBy(one => one.ConversationId, one => one.MessageId).Select(
            group => FindAsync(user, group.Key, [.. group], session, cancellationToken)));
        return found.SelectMany(one => one).ToDictionary();
    }

    private async Task<IEnumerable<KeyValuePair<(ConversationId, MessageId), SeenMessage>>> FindAsync(
        UserId user,
        ConversationId conversation,
        IReadOnlyList<MessageId> wanted,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadAsReaderAsync(user, conversation, session, cancellationToken) is not { } part)
        {
            return wanted.Select(id => KeyValuePair.Create((conversation, id), new SeenMessage(null, Problems.ConversationNotFound)));
        }

        var messages = await containers.Conversations.ReadDocumentsAsync(
            wanted.Select(Message.DocumentId),
            conversation,
            ChatJson.Default.DocumentsPageMessage,
            session,
            cancellationToken);
        var blocked = part.Head.Kind != ConversationKind.Direct
            ? await blocks.BlockedAsync(user, messages.Select(message => message.SenderId), cancellationToken)
            : new HashSet<UserId>();
        return wanted.Select(id => KeyValuePair.Create((conversation, id), Seen(id)));

        SeenMessage Seen(MessageId id)
        {
            var message = messages.FirstOrDefault(message => message.Is(id))?.For(user);
            return message is null
                || !part.Member.Sees(message)
                || message.IsExpiredAt(time.GetUtcNow())
                || blocked.Contains(message.SenderId) ? new(null, Problems.MessageNotFound)
                : message.IsUnsent ? new(null, Problems.MessageUnsent)
                : new(message, null);
        }
    }
}

/// <summary>A message that a user sees, or what keeps them from it.</summary>
internal readonly record struct SeenMessage(Message? Message, Problem? Refusal);
