using System.Globalization;
using Chat.Functions.Shared;

namespace Chat.Functions.Sync;

/// <summary>Where a user's sync stands: in a round, at the last entry served; between rounds, at where the next begins. Opaque to clients.</summary>
/// <param name="StartedAt">When the round began, in Unix seconds; between rounds, the one before.</param>
/// <param name="From">The first <c>_ts</c> that isn't served yet.</param>
/// <param name="After">In a round: the last conversation that was served of those stored in that second. Null between rounds.</param>
internal sealed record SyncCursor(long StartedAt, long From, ConversationId? After)
{
    /// <summary>How long before what was served the next round begins: what was stored by then was visible when it was served.</summary>
    public const long Overlap = 30;

    private const int MaxLength = 128;

    /// <summary>Cursors of another version are answered with a new snapshot.</summary>
    private const string Version = "1";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>What a snapshot begins with.</summary>
    public static SyncCursor FromTheStart(DateTimeOffset now) => new(now.ToUnixTimeSeconds(), 0, null);

    /// <summary>A cursor as a client gives it back; null when it isn't this user's, isn't of this store, or is more than 30 days old.</summary>
    public static SyncCursor? Parse(string? text, UserId user, int storeEpoch, DateTimeOffset now) =>
        text is { Length: <= MaxLength }
        && text.Split('.') is [var seal, var started, var from, var after]
        && seal == Seal(user, storeEpoch)
        && TryRead(started, out var startedAt)
        && TryRead(from, out var fromSecond)
        && startedAt >= (now - Lifetime).ToUnixTimeSeconds()
        && (after is "" || OpaqueId.IsWellFormed(after))
            ? new(startedAt, fromSecond, after is "" ? null : new ConversationId(after))
            : null;

    public string ToText(UserId user, int storeEpoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{Seal(user, storeEpoch)}.{StartedAt}.{From}.{After?.Value}");

    /// <summary>This cursor on a call at an instant: a new round begins unless one is under way.</summary>
    public SyncCursor At(DateTimeOffset now) => After is null ? this with { StartedAt = now.ToUnixTimeSeconds() } : this;

    /// <summary>After a page that isn't the round's last.</summary>
    public SyncCursor Served(long storedAt, ConversationId conversation) => this with { From = storedAt, After = conversation };

    /// <summary>
    /// After the round's last page. The next round begins before what this one served last; a long one may have passed by what was stored
    /// while it ran, so not after its own beginning either.
    /// </summary>
    public SyncCursor Ended() => After is null ? this : this with { From = Math.Max(0, Math.Min(From, StartedAt) - Overlap), After = null };

    /// <summary>Not against forgery: it would only show users what is theirs. It tells cursors of other users and stores apart.</summary>
    private static string Seal(UserId user, int storeEpoch) =>
        OpaqueId.Hash("sync", Version, storeEpoch.ToString(CultureInfo.InvariantCulture), user.Value);

    private static bool TryRead(string text, out long second) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out second);
}
