using Chat.Functions.Comments;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Channels;

/// <summary>The SignalR groups of those who have a channel open. Its posts are pushed to them beside its members.</summary>
/// <remarks>
/// A channel has a group for each five minutes, and is pushed to that of now. Whoever watches is put into that one and the next, so that
/// what they don't renew ends by itself: SignalR's time to live ends only what connections to come would join. All connections of a user
/// are in it, those made since too, so a client that reconnects watches on.
/// </remarks>
public sealed class WatchGroups(ChatHub hub, WatchedComments watched, TimeProvider time, ILogger<WatchGroups> logger)
{
    private static readonly TimeSpan Slot = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Pushes a channel's posts to a user's connections for the next five to ten minutes.</summary>
    /// <returns>Until when.</returns>
    /// <exception cref="RealtimeException">SignalR didn't confirm it.</exception>
    public async Task<DateTimeOffset> JoinAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var slot = SlotOf(now);
        var until = new DateTimeOffset((slot + 2) * Slot.Ticks, TimeSpan.Zero);
        await Task.WhenAll(Groups(channel, slot).Select(group => hub.JoinGroupAsync(user, group, until - now, cancellationToken)));
        return until;
    }

    /// <summary>Pushes the comments on a channel's post to a user's connections, as <see cref="JoinAsync"/> does.</summary>
    /// <returns>Until when.</returns>
    /// <exception cref="RealtimeException">SignalR didn't confirm it.</exception>
    public async Task<DateTimeOffset> JoinCommentsAsync(
        UserId user,
        ConversationId channel,
        ConversationId comments,
        CancellationToken cancellationToken)
    {
        await watched.NoteAsync(user, channel, comments, (other, cancel) => LeaveGroupsAsync(user, other, cancel), cancellationToken);
        return await JoinAsync(user, comments, cancellationToken);
    }

    /// <summary>Ends it within two seconds, or it ends by itself: a failure is logged.</summary>
    /// <returns>Whether SignalR confirmed it.</returns>
    public async Task<bool> TryLeaveAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await LeaveAsync(user, channel, either.Token);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AlignFailed(exception, channel);
            return false;
        }
    }

    /// <summary>Ends it, and that of comments on the channel's posts.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm it.</exception>
    public async Task LeaveAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        await LeaveGroupsAsync(user, channel, cancellationToken);
        foreach (var comments in await watched.ReadAsync(user, channel, cancellationToken))
        {
            await LeaveGroupsAsync(user, comments, cancellationToken);
        }
    }

    private Task LeaveGroupsAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        // An instance whose clock is ahead may have put them into the one after.
        var slot = SlotOf(time.GetUtcNow());
        string[] groups = [.. Groups(channel, slot), Name(channel, slot + 2)];
        return Task.WhenAll(groups.Select(group => hub.LeaveGroupAsync(user, group, cancellationToken)));
    }

    /// <summary>The group to push to now.</summary>
    public string Of(ConversationId channel) => Name(channel, SlotOf(time.GetUtcNow()));

    private static long SlotOf(DateTimeOffset at) => at.UtcTicks / Slot.Ticks;

    private static string[] Groups(ConversationId channel, long slot) => [Name(channel, slot), Name(channel, slot + 1)];

    private static string Name(ConversationId channel, long slot) => $"{channel.Value}:{slot}";
}
