using System.Net;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Moderation;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Requests;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Erasure;

/// <summary>Erases what a user said and did in one conversation, a part of its log at a time.</summary>
/// <remarks>
/// What members see changes through the log: they are told, lists follow, and files go as with any message that is taken back. In a deleted
/// conversation, which no log changes any more and nobody reads, the documents are emptied where they are.
/// </remarks>
public sealed class ConversationErasure(
    ConversationLog log,
    ConversationReader reader,
    Departure departure,
    Exclusion exclusion,
    ChatContainers containers,
    Limits limits,
    TimeProvider time)
{
    /// <summary>How many entries are looked at in one step: all their messages are read whole.</summary>
    private const int Window = 200;

    private const int MaxParallel = 8;

    /// <summary>A version that no later block or unblocking replaces: the greatest whole number that JSON has exactly.</summary>
    private const long ForGood = (1L << 53) - 1;

    private readonly Container _conversations = containers.Conversations;

    /// <summary>Erases what is in the next part of the log; with the last one also the membership.</summary>
    /// <param name="user">Who is erased.</param>
    /// <param name="conversation">A conversation that they have a member document in.</param>
    /// <param name="left">What is left of its log; null at the beginning.</param>
    /// <param name="next">Where the query for conversations goes on after it.</param>
    /// <param name="cancellationToken">Ends the call. The part is to be done again then.</param>
    /// <exception cref="TimeoutException">The conversation can't be changed just now.</exception>
    public async Task<ErasedPart> GoOnAsync(
        UserId user,
        ConversationId conversation,
        LogRange? left,
        string? next,
        CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        if (await reader.ReadHeadAsync(conversation, null, cancellationToken) is not { } head)
        {
            return new(null, false, 0, 0);
        }

        var range = left ?? new LogRange(conversation, next, 0, head.LastSeq);
        var hasFound = left is null && await DeleteScheduledAsync(user, conversation, cancellationToken);
        var part = await EraseAsync(user, head, range.After, cancellationToken);
        hasFound |= part.HasFound;
        if (range.After + Window < range.End)
        {
            return part with { Left = range with { After = range.After + Window }, HasFound = hasFound };
        }

        return part with { HasFound = await LeaveAsync(user, head, cancellationToken) || hasFound };
    }

    private async Task<ErasedPart> EraseAsync(UserId user, Head head, long after, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition(
            "SELECT * FROM c WHERE c.type = 'message' AND c.seq > @after AND c.seq <= @end"
            + " AND (c.senderId = @user OR IS_DEFINED(c.reactions) OR IS_DEFINED(c.poll) OR IS_DEFINED(c.unsentAt))")
            .WithParameter("@after", after)
            .WithParameter("@end", after + Window)
            .WithParameter("@user", user.Value);
        var messages = await _conversations.QueryPartitionAsync(
            query,
            new PartitionKey(head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        IReadOnlyList<Message> all = [.. messages.Where(message => !message.IsExpiredAt(now))];
        IReadOnlyList<Message> theirs = [.. all.Where(message => message.SenderId == user && !message.IsUnsent)];
        var hasResponded = await EraseResponsesAsync(user, head, all, cancellationToken);
        await Each.TryAsync(theirs, MaxParallel, (message, cancel) => EraseAsync(head, message, cancel), cancellationToken);

        IReadOnlyList<Message> before =
        [
            .. all.Where(message => message.SenderId == user && message.UnsentReason == Message.ByErasure),
        ];
        return new(
            null,
            theirs.Count > 0 || hasResponded,
            theirs.Count + before.Count,
            theirs.Sum(message => message.Unsent(null, Message.ByErasure, now).Released?.Count ?? 0)
                + before.Sum(message => message.Released?.Count ?? 0));
    }

    private async Task EraseAsync(Head head, Message message, CancellationToken cancellationToken)
    {
        if (head.DeletedAt is null)
        {
            var erased = await log.ChangeAsync(
                head.ConversationId,
                new RemoveMessageCommand(message.MessageId, Message.ByErasure),
                cancellationToken);
            if (erased.Refusal is null)
            {
                return;
            }
        }

        // Deleted: nothing changes it any more but this, and what deletes its files.
        var partition = new PartitionKey(head.ConversationId.Value);
        for (var number = 0; number < message.Revision; number++)
        {
            await _conversations.DeleteIfThereAsync(Revision.DocumentId(message.MessageId, number), partition, cancellationToken);
        }

        await EmptyAsync(
            head.ConversationId,
            message.MessageId,
            found => found.IsUnsent ? found : found.Unsent(null, Message.ByErasure, time.GetUtcNow()),
            cancellationToken);
    }

    /// <summary>Changes a message of a deleted conversation where it is; not if it is the same object then.</summary>
    private async Task EmptyAsync(
        ConversationId conversation,
        MessageId message,
        Func<Message, Message> empty,
        CancellationToken cancellationToken)
    {
        var id = Message.DocumentId(message);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await _conversations.ReadDocumentAsync(
                id,
                conversation,
                ChatJson.Default.Message,
                cancellationToken: cancellationToken);
            var after = found is null ? null : empty(found);
            if (after is null || ReferenceEquals(after, found) || await _conversations.TryWriteDocumentAsync(
                after,
                id,
                new PartitionKey(conversation.Value),
                etag,
                ChatJson.Default.ConversationDocument,
                cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Empties what the head of a deleted conversation says of its last message, if that was theirs.</summary>
    private async Task EmptyHeadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (head, etag) = await reader.ReadStoredHeadAsync(conversation, null, cancellationToken);
            if (head?.LastMessage is not { IsUnsent: false } last || last.SenderId != user
                || await _conversations.TryWriteDocumentAsync(
                    head with { LastMessage = new(last.Seq, last.SenderId, "", last.At) { IsUnsent = true } },
                    Head.DocumentId,
                    new PartitionKey(conversation.Value),
                    etag,
                    ChatJson.Default.Head,
                    cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Takes reactions back. A vote stays counted in its poll, as nobody's: polls that are closed don't change any more.
    /// </summary>
    private async Task<bool> EraseResponsesAsync(
        UserId user,
        Head head,
        IReadOnlyList<Message> messages,
        CancellationToken cancellationToken)
    {
        var found = messages.Count == 0 ? [] : await _conversations.ReadDocumentsAsync(
            messages.SelectMany(message => new[]
            {
                MemberReactions.DocumentId(message.MessageId, user),
                MemberVote.DocumentId(message.MessageId, user),
            }),
            head.ConversationId,
            ChatJson.Default.DocumentsPageConversationDocument,
            cancellationToken: cancellationToken);
        var unsent = messages.Where(message => message.IsUnsent).Select(message => message.MessageId).ToHashSet();
        await Each.TryAsync(
            found,
            MaxParallel,
            async (response, cancel) =>
            {
                if (response is MemberReactions reactions && head.DeletedAt is null && !unsent.Contains(reactions.MessageId))
                {
                    // With the last one the document is deleted.
                    foreach (var key in reactions.Keys)
                    {
                        await TakeBackAsync(reactions, key, cancel);
                    }

                    return;
                }

                if (response is MemberReactions { MessageId: var reacted } && head.DeletedAt is not null)
                {
                    await EmptyAsync(
                        head.ConversationId,
                        reacted,
                        message => message.Reactions is null ? message : message with { Reactions = null },
                        cancel);
                }

                await _conversations.DeleteIfThereAsync(response.Id, new PartitionKey(head.ConversationId.Value), cancel);
            },
            cancellationToken);
        return found.Count > 0;
    }

    private Task<AppendResult> TakeBackAsync(MemberReactions reactions, ReactionKey key, CancellationToken cancellationToken) =>
        log.ChangeAsync(
            reactions.ConversationId,
            new ChangeReactionCommand
            {
                Actor = reactions.UserId,
                Guest = new Guest(reactions.UserId, MemberRole.Member, null, null),
                Conversation = reactions.ConversationId,
                MessageId = reactions.MessageId,
                Key = key,
                IsWanted = false,
                IsErasure = true,
                Limits = limits,
            },
            cancellationToken);

    private async Task<bool> DeleteScheduledAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(conversation.Value);
        var prefix = ScheduledMessage.Prefix(user);
        var query = new QueryDefinition("SELECT c.id FROM c WHERE c.id > @from AND c.id < @end AND c.senderId = @sender")
            .WithParameter("@from", prefix)
            .WithParameter("@end", prefix[..^1] + ';')
            .WithParameter("@sender", user.Value);
        var scheduled = await _conversations.QueryPartitionAsync(
            query,
            partition,
            ChatJson.Default.DocumentsPageFoundDocument,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        foreach (var one in scheduled)
        {
            await _conversations.DeleteIfThereAsync(one.Id!, partition, cancellationToken);
        }

        return scheduled.Count > 0;
    }

    /// <summary>Ends the membership, an invitation or a request to join.</summary>
    private async Task<bool> LeaveAsync(UserId user, Head head, CancellationToken cancellationToken)
    {
        if (head.DeletedAt is not null)
        {
            await EmptyHeadAsync(user, head.ConversationId, cancellationToken);
            return false;
        }

        if (head.Kind == ConversationKind.Direct)
        {
            await CloseAsync(user, head, cancellationToken);
            return false;
        }

        var member = await reader.ReadMemberAsync(head.ConversationId, user, cancellationToken);
        if (member is { State: MemberState.Active })
        {
            var gone = await departure.LeaveAsync(user, head.ConversationId, null, cancellationToken, isErasure: true);
            return gone.Refusal is null || gone.Refusal == Problems.ConversationNotFound ? gone.Refusal is null
                : throw new TimeoutException("The conversation can't be left just now.");
        }

        if (member is not { State: MemberState.Invited or MemberState.Requested })
        {
            return false;
        }

        await exclusion.ExcludeAsync(
            head.ConversationId,
            user,
            found => found.State is MemberState.Invited or MemberState.Requested,
            cancellationToken);
        return true;
    }

    /// <summary>Leaves a direct conversation to the other one, who can't write in it any more: as if they were blocked, for good.</summary>
    private async Task CloseAsync(UserId user, Head head, CancellationToken cancellationToken)
    {
        var block = new SetBlockCommand { Actor = user, Type = Block.Of, IsActive = true, Version = ForGood };
        await log.ChangeAsync(head.ConversationId, block, cancellationToken);

        var other = new PartitionKey(head.Members!.Single(member => member.UserId != user).UserId.Value);
        if (head.Request is { } request && request.By == user)
        {
            await containers.Users.DeleteIfThereAsync(RequestNote.DocumentId(head.ConversationId), other, cancellationToken);
        }

        // Of who restricts them it is a tombstone, which no projection moves any more.
        using var emptied = await containers.Users.PatchItemStreamAsync(
            InboxEntry.DocumentId(head.ConversationId),
            other,
            [PatchOperation.Set("/last/message/preview", "")],
            new PatchItemRequestOptions
            {
                FilterPredicate = $"FROM c WHERE IS_NULL(c.activity) AND c.last.message.senderId = '{user.Value}'",
                EnableContentResponseOnWrite = false,
            },
            cancellationToken);
        if (emptied.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
        {
            emptied.EnsureSuccessStatusCode();
        }
    }
}

/// <summary>What was erased of a conversation.</summary>
/// <param name="Left">What is left of its log; null when all is done.</param>
/// <param name="HasFound">Whether there was anything to erase.</param>
/// <param name="Messages">The messages that were erased, now or before.</param>
/// <param name="Files">The files that those referred to.</param>
public sealed record ErasedPart(LogRange? Left, bool HasFound, int Messages, int Files);
