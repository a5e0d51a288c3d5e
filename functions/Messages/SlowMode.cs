using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>
/// The pause between two messages of a plain member that a group may ask for. The sender's member document says when the last one was;
/// every message that is held to it is committed together with it, so the pause is exact.
/// </summary>
internal static class SlowMode
{
    /// <summary>The limit's name.</summary>
    public const string Limit = "slowMode";

    /// <summary>Whether the head can't rule out that a sender is held to it; then a send needs their document.</summary>
    public static bool MayHold(Head head, UserId sender) =>
        PauseOf(head) is not null && head.Member(sender) is null or { Role: MemberRole.Member };

    /// <summary>The pause in seconds; null while it is off. A channel's is one between comments on its posts.</summary>
    public static int? PauseOf(Head head) => head.IsChannel ? null : head.SlowModeSeconds;

    /// <summary>The sender's document if they are held to it; null for owner and admins, and while it is off.</summary>
    /// <param name="seconds">The pause; null while it is off.</param>
    /// <param name="role">The sender's role.</param>
    /// <param name="sender">
    /// The sender's document; null in the commit that turns slow mode on, whose messages were on their way before.
    /// </param>
    public static Member? Slowed(int? seconds, MemberRole role, Member? sender) =>
        seconds is not null && role == MemberRole.Member ? sender : null;

    /// <summary>The refusal if the pause isn't over.</summary>
    public static Problem? Refusal(int? seconds, Member? slowed, DateTimeOffset now)
    {
        var pause = TimeSpan.FromSeconds(seconds ?? 0);
        return slowed?.SentAt + pause - now is { } wait && wait > TimeSpan.Zero
            ? Problems.RateLimited(Limit, (long)pause.TotalSeconds, new(1, pause, 0, wait))
            : null;
    }
}
