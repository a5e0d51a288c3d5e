using System.Globalization;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Sync;

/// <summary>
/// The cursor of <c>/sync</c>. A round is a series of pages up to the present. Within a round the cursor is at the last entry
/// served, between rounds at the start of the next. Opaque to clients.
/// </summary>
/// <param name="StartedAt">When the current or last round began, in Unix seconds.</param>
/// <param name="From">The <c>_ts</c> to continue from.</param>
/// <param name="After">
/// Within a round, the id of the last document served of those stored in the second <paramref name="From"/>. Null between rounds.
/// </param>
internal sealed record SyncCursor(long StartedAt, long From, string? After)
{
    /// <summary>
    /// The next round starts this many seconds before the last entry served. Writes older than that were visible to this round,
    /// even from lagging replicas.
    /// </summary>
    public const long Overlap = 30;

    private const int MaxLength = 128;

    /// <summary>A cursor of another version gets a new snapshot.</summary>
    private const string Version = "1";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The cursor at the start of a snapshot.</summary>
    public static SyncCursor FromTheStart(DateTimeOffset now) => new(now.ToUnixTimeSeconds(), 0, null);

    /// <summary>Parses a client's cursor; null when it is another user's, another store's, or more than 30 days old.</summary>
    public static SyncCursor? Parse(string? text, UserId user, int storeEpoch, DateTimeOffset now) =>
        text is { Length: <= MaxLength }
        && text.Split('.') is [var seal, var started, var from, var after]
        && seal == Seal(user, storeEpoch)
        && TryRead(started, out var startedAt)
        && TryRead(from, out var fromSecond)
        && startedAt >= (now - Lifetime).ToUnixTimeSeconds()
        && (after is "" || OpaqueId.IsWellFormed(after[(after.IndexOf(':', StringComparison.Ordinal) + 1)..]))
            ? new(startedAt, fromSecond, after is "" ? null : DocumentIdOf(after))
            : null;

    public string ToText(UserId user, int storeEpoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{Seal(user, storeEpoch)}.{StartedAt}.{From}.{After}");

    /// <summary>The cursor at the start of a call. It begins a new round unless one is under way.</summary>
    public SyncCursor At(DateTimeOffset now) => After is null ? this with { StartedAt = now.ToUnixTimeSeconds() } : this;

    /// <summary>The cursor after a page that isn't the round's last.</summary>
    public SyncCursor Served(long storedAt, string documentId) => this with { From = storedAt, After = documentId };

    /// <summary>
    /// The cursor after the round's last page. The next round starts before the last entry served, and before this round began:
    /// entries written during a long round may lie behind its position.
    /// </summary>
    public SyncCursor Ended() => After is null ? this : this with { From = Math.Max(0, Math.Min(From, StartedAt) - Overlap), After = null };

    /// <summary>
    /// Recognises cursors of other users and stores. It needn't resist forgery: a forged cursor shows users only their own data.
    /// </summary>
    private static string Seal(UserId user, int storeEpoch) =>
        OpaqueId.Hash("sync", Version, storeEpoch.ToString(CultureInfo.InvariantCulture), user.Value);

    /// <summary>Before there were subscriptions to sync, cursors had the id of a conversation.</summary>
    private static string DocumentIdOf(string after) =>
        after.Contains(':', StringComparison.Ordinal) ? after : InboxEntry.DocumentId(new ConversationId(after));

    private static bool TryRead(string text, out long second) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out second);
}
