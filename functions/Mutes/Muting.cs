using Chat.Functions.Blocks;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Mutes;

/// <summary>Mutes users, and takes it back: nothing changes but that their words notify nobody who mutes them.</summary>
public sealed class Muting(BlockStore store, EventPush push, TimeProvider time)
{
    /// <summary>Mutes a user or takes it back, and tells the muting user's devices.</summary>
    public async Task SetAsync(UserId user, UserId other, bool isActive, CancellationToken cancellationToken)
    {
        var mute = await store.SetAsync(Block.Mute, user, other, isActive, _ => Task.CompletedTask, cancellationToken);
        var updated = new MuteUpdated(other, mute.IsActive, mute.Version);
        await push.PushToUserAsync(user, new ChatEvent(MuteUpdated.EventType, null, null, time.GetUtcNow(), updated), cancellationToken);
    }
}

/// <summary>The data of <c>mute.updated</c>, for the devices of the user who mutes.</summary>
/// <param name="Version">The higher of two versions is the newer.</param>
internal sealed record MuteUpdated(UserId UserId, bool IsMuted, long Version)
{
    public const string EventType = "mute.updated";
}
