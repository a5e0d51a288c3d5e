using Chat.Functions.Privacy;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>Looks for blocks of a user. Users between whom and somebody there never was one need no look: their settings say so.</summary>
/// <remarks>Settings are cached: the first block of a user is overlooked for up to 30 s in other processes.</remarks>
public sealed class BlockReader(BlockStore store, PrivacyReader privacy)
{
    /// <summary>Which of some users block a user, or are blocked by them.</summary>
    public async Task<IReadOnlySet<UserId>> BetweenAsync(UserId user, IEnumerable<UserId> others, CancellationToken cancellationToken) =>
        (await privacy.OfAsync(user, cancellationToken)).HasBlocks
            ? await store.AmongAsync(user, others, isEitherWay: true, cancellationToken)
            : new HashSet<UserId>();

    /// <summary>Which of some users a user blocks.</summary>
    public async Task<IReadOnlySet<UserId>> BlockedAsync(UserId user, IEnumerable<UserId> others, CancellationToken cancellationToken) =>
        (await privacy.OfAsync(user, cancellationToken)).HasBlocks
            ? await store.AmongAsync(user, others, isEitherWay: false, cancellationToken)
            : new HashSet<UserId>();
}
