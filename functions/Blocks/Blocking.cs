using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>Blocks users, and takes it back.</summary>
/// <remarks>
/// The document in the blocking user's partition is the truth. Its copy and the pair's head follow it: at once, and once more ten
/// seconds later by the queue, which completes what a crash left and finds a conversation that was created meanwhile. The queue has
/// its message before the document is written, so that no block is left unenforced. Every step may be repeated, and none replaces a
/// newer version.
/// </remarks>
public sealed class Blocking(
    BlockStore store,
    BlockReader blocks,
    DirectConversations direct,
    ConversationReader reader,
    ConversationLog log,
    DeliveryQueue queue,
    EventPush push,
    TimeProvider time)
{
    /// <summary>Longer than creating a conversation takes from its look for a block to its commit.</summary>
    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a block is on its way to the store, or a replica behind. What isn't there by then was never written.</summary>
    private static readonly TimeSpan WasNeverWrittenAfter = TimeSpan.FromMinutes(10);

    /// <summary>Blocks a user or takes it back, and tells the blocking user's devices.</summary>
    /// <returns>False when the head doesn't carry it yet; the queue sees to it, and a repeat tries at once.</returns>
    public async Task<bool> SetAsync(UserId user, UserId other, bool isActive, CancellationToken cancellationToken)
    {
        if (isActive)
        {
            // First, so that nobody overlooks the block once it is there.
            await Task.WhenAll(store.NoteAsync(user, cancellationToken), store.NoteAsync(other, cancellationToken));
        }

        var conversation = await direct.ConversationOfAsync(user, other, cancellationToken);
        var block = await store.SetAsync(user, other, isActive, AnnounceAsync, cancellationToken);
        var isAligned = await AlignAsync(conversation, block, cancellationToken);
        blocks.Changed(user, other);
        var updated = new ChatEvent(
            BlockUpdated.What,
            null,
            null,
            time.GetUtcNow(),
            new BlockUpdated(other, block.IsActive, block.Version));
        await push.PushToUserAsync(user, updated, cancellationToken);
        return isAligned;

        Task AnnounceAsync(Block planned)
        {
            var align = new AlignBlock { ConversationId = conversation, UserId = user, OtherUserId = other, Version = planned.Version };
            return queue.EnqueueAsync(align, time.GetUtcNow() + LooksAgainAfter, cancellationToken);
        }
    }

    /// <summary>Has the copy and the head say what the block says.</summary>
    /// <exception cref="TimeoutException">It can't be done just now.</exception>
    public async Task AlignAsync(AlignBlock message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var block = await store.ReadAsync(message.UserId, message.OtherUserId, cancellationToken);
        if ((block is null || block.Version < message.Version)
            && time.GetUtcNow() < DateTimeOffset.FromUnixTimeMilliseconds(message.Version) + WasNeverWrittenAfter)
        {
            throw new TimeoutException("The block isn't to be seen yet.");
        }

        if (block is not null && !await AlignAsync(message.ConversationId, block, cancellationToken))
        {
            throw new TimeoutException("The conversation can't be changed just now.");
        }
    }

    /// <summary>
    /// Looks for blocks between the two of a conversation in which nothing was said yet, and puts them on its head. Whoever blocked
    /// before the conversation was there found none.
    /// </summary>
    /// <returns>The refusal if there is one, or if it can't be put on the head just now.</returns>
    public async Task<Problem?> CloseIfBlockedAsync(
        ConversationId conversation,
        UserId one,
        UserId other,
        CancellationToken cancellationToken)
    {
        var blocks = await Task.WhenAll(store.ReadAsync(one, other, cancellationToken), store.ReadAsync(other, one, cancellationToken));
        Problem? refusal = null;
        foreach (var block in blocks.OfType<Block>().Where(block => block.IsActive))
        {
            if (!await AlignAsync(conversation, block, cancellationToken))
            {
                return Problems.Unavailable;
            }

            refusal = Problems.CannotMessage;
        }

        return refusal;
    }

    private async Task<bool> AlignAsync(ConversationId conversation, Block block, CancellationToken cancellationToken)
    {
        await store.CopyAsync(block, cancellationToken);

        // So that a replica that lags doesn't hide a conversation that is there.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        var command = new SetBlockCommand { Actor = block.UserId, IsActive = block.IsActive, Version = block.Version };
        var set = await log.AppendAsync(conversation, command, null, cancellationToken);
        return set.Refusal is null || set.Refusal == Problems.ConversationNotFound;
    }
}

/// <summary>Notes on the head of a direct conversation whether the actor blocks the other one. Without an entry: nobody is told.</summary>
internal sealed record SetBlockCommand : LogCommand
{
    public required bool IsActive { get; init; }

    /// <summary>The block's; a newer one stays.</summary>
    public required long Version { get; init; }

    /// <summary>A user who was barred since keeps whom they block.</summary>
    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { Kind: ConversationKind.Direct, Members: { } members } head || head.Member(Actor) is not { } me)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var changed = me with { Blocks = IsActive, BlockVersion = Version };
        return me.BlockVersion >= Version
            ? Decision.Nothing(head)
            : Decision.WithoutEntry(head with { Members = [.. members.Select(member => member.UserId == Actor ? changed : member)] });
    }
}

/// <summary>The data of <c>block.updated</c>, for the devices of the user who blocks.</summary>
/// <param name="Version">The higher of two versions is the newer.</param>
internal sealed record BlockUpdated(UserId UserId, bool IsBlocked, long Version)
{
    public const string What = "block.updated";
}
