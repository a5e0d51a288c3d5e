using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Requests;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>Blocks and restricts users, and takes it back.</summary>
/// <remarks>
/// The document in the blocking user's partition is the truth. Its copy and the pair's head follow it, and of a restriction the user's
/// list: at once, and once more ten seconds later by the queue, which completes what a crash left and finds a conversation that was
/// created meanwhile. The queue has its message before the document is written, so that no block is left unenforced. Every step may be
/// repeated, and none replaces a newer version.
/// </remarks>
public sealed class Blocking(
    BlockStore store,
    BlockReader blocks,
    DirectConversations direct,
    ConversationReader reader,
    ConversationLog log,
    RequestNoteStore notes,
    InboxProjection inbox,
    DeliveryQueue queue,
    EventPush push,
    TimeProvider time)
{
    /// <summary>Longer than creating a conversation takes from the read of the block to its commit.</summary>
    private static readonly TimeSpan RecheckDelay = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a write or a replica can lag. A block that isn't stored by then was never written.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(10);

    /// <summary>Blocks or restricts a user or takes it back, and tells the blocking user's devices.</summary>
    /// <param name="type"><see cref="Block.Of"/> or <see cref="Block.Restriction"/>.</param>
    /// <param name="user">Who does.</param>
    /// <param name="other">Whom.</param>
    /// <param name="isActive">Whether it is to be so.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when the head doesn't carry it yet; the queue sees to it, and a repeat tries at once.</returns>
    public async Task<bool> SetAsync(string type, UserId user, UserId other, bool isActive, CancellationToken cancellationToken)
    {
        if (isActive && type == Block.Of)
        {
            // First, so that nobody overlooks the block once it is there.
            await Task.WhenAll(store.NoteAsync(user, cancellationToken), store.NoteAsync(other, cancellationToken));
        }

        var conversation = await direct.ConversationOfAsync(user, other, cancellationToken);
        var block = await store.SetAsync(type, user, other, isActive, AnnounceAsync, cancellationToken);
        var isAligned = await AlignAsync(conversation, block, cancellationToken);
        blocks.Changed(user, other);
        var updated = type == Block.Of
            ? new ChatEvent(BlockUpdated.EventType, null, null, time.GetUtcNow(), new BlockUpdated(other, block.IsActive, block.Version))
            : new ChatEvent(
                RestrictionUpdated.EventType,
                null,
                null,
                time.GetUtcNow(),
                new RestrictionUpdated(other, block.IsActive, block.Version));
        await push.PushToUserAsync(user, updated, cancellationToken);
        return isAligned;

        Task AnnounceAsync(Block planned)
        {
            var align = new AlignBlock
            {
                ConversationId = conversation,
                Relation = type,
                UserId = user,
                OtherUserId = other,
                Version = planned.Version,
            };
            return queue.EnqueueAsync(align, time.GetUtcNow() + RecheckDelay, cancellationToken);
        }
    }

    /// <summary>Copies a block to the other user's partition and the head, or a restriction to the head and the user's list.</summary>
    /// <exception cref="TimeoutException">It can't be done just now.</exception>
    public async Task AlignAsync(AlignBlock message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var block = await store.ReadAsync(message.Relation, message.UserId, message.OtherUserId, cancellationToken);
        if ((block is null || block.Version < message.Version)
            && time.GetUtcNow() < DateTimeOffset.FromUnixTimeMilliseconds(message.Version) + GiveUpAfter)
        {
            throw new TimeoutException("The block isn't to be seen yet.");
        }

        if (block is not null && !await AlignAsync(message.ConversationId, block, cancellationToken))
        {
            throw new TimeoutException("The conversation can't be changed just now.");
        }
    }

    /// <summary>
    /// Looks for blocks and restrictions between the two of a conversation in which nothing was said yet, and puts them on its head.
    /// Whoever made one before the conversation was there found none.
    /// </summary>
    /// <returns>
    /// The refusal if there is a block, or if something can't be put on the head just now; and whether there was anything.
    /// </returns>
    public async Task<(Problem? Refusal, bool IsChanged)> ApplyAsync(
        ConversationId conversation,
        UserId one,
        UserId other,
        CancellationToken cancellationToken)
    {
        var found = await store.BetweenAsync(one, other, cancellationToken);
        foreach (var block in found)
        {
            if (!await AlignAsync(conversation, block, cancellationToken))
            {
                return (Problems.Unavailable, true);
            }
        }

        return (found.Any(block => block.Type == Block.Of) ? Problems.CannotMessage : null, found.Count > 0);
    }

    private async Task<bool> AlignAsync(ConversationId conversation, Block block, CancellationToken cancellationToken)
    {
        if (block.Type == Block.Of)
        {
            await store.CopyAsync(block, cancellationToken);
        }
        else if (block.IsActive)
        {
            // Before the conversation is on no list. A note without a conversation, or of what was declined since, shows nothing.
            await notes.NoteRestrictedAsync(block.UserId, conversation, block.OtherUserId, block.At, cancellationToken);
        }

        // So that a replica that lags doesn't hide a conversation that is there.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        var command = new SetBlockCommand
        {
            Actor = block.UserId,
            Type = block.Type,
            IsActive = block.IsActive,
            Version = block.Version,
        };
        var set = await log.AppendAsync(conversation, command, null, cancellationToken);
        if (set.Refusal is not null)
        {
            return set.Refusal == Problems.ConversationNotFound;
        }

        // What is a request as well stays off the list until it is accepted.
        if (block.Type == Block.Restriction && (block.IsActive || !set.Head!.IsRequestTo(block.UserId)))
        {
            await inbox.RestrictAsync(block.UserId, ConversationSnapshot.Of(set.Head!), block.IsActive, block.Version, cancellationToken);
        }

        return true;
    }
}

/// <summary>
/// Notes on the head of a direct conversation whether the actor blocks or restricts the other one. Without an entry: nobody is told.
/// </summary>
internal sealed record SetBlockCommand : LogCommand
{
    /// <summary><see cref="Block.Of"/> or <see cref="Block.Restriction"/>.</summary>
    public required string Type { get; init; }

    public required bool IsActive { get; init; }

    /// <summary>The block's; a newer one stays.</summary>
    public required long Version { get; init; }

    /// <summary>A user who was barred since keeps whom they block.</summary>
    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { Kind: ConversationKind.Direct } head || head.Member(Actor) is not { } me)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var (known, changed) = Type == Block.Of
            ? (me.BlockVersion, me with { Blocks = IsActive, BlockVersion = Version })
            : (me.RestrictVersion, me with { Restricts = IsActive, RestrictVersion = Version, DeclinedSeq = 0 });
        return known >= Version ? Decision.Unchanged(head) : Decision.WithoutEntry(head.With(changed));
    }
}

/// <summary>The data of <c>block.updated</c>, for the devices of the user who blocks.</summary>
/// <param name="Version">The higher of two versions is the newer.</param>
internal sealed record BlockUpdated(UserId UserId, bool IsBlocked, long Version)
{
    public const string EventType = "block.updated";
}

/// <summary>The data of <c>restriction.updated</c>, for the devices of the user who restricts.</summary>
/// <param name="Version">The higher of two versions is the newer.</param>
internal sealed record RestrictionUpdated(UserId UserId, bool IsRestricted, long Version)
{
    public const string EventType = "restriction.updated";
}
