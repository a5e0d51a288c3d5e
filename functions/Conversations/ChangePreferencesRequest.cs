using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The body of <c>PATCH …/preferences</c>, a JSON merge patch (RFC 7396).</summary>
internal sealed record ChangePreferencesRequest
{
    /// <summary>Greater than every ordinal. 2⁵³ − 1 is the greatest integer that every JSON reader holds exactly.</summary>
    public const long Forever = (1L << 53) - 1;

    public Merge<DateTimeOffset?> MutedUntil { get; init; }

    public Merge<bool> Pinned { get; init; }

    public Merge<bool> Archived { get; init; }

    public Merge<Draft> Draft { get; init; }

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static ChangePreferencesRequest Read(RequestBody body, Limits limits) =>
        new()
        {
            MutedUntil = body.Merge<DateTimeOffset?>("mutedUntil", name => body.Instant(name)),
            Pinned = body.Merge("pinned", body.Bool),
            Archived = body.Merge("archived", body.Bool),
            Draft = body.Merge("draft", name => new Draft(body.Text($"{name}/text", limits.Text))),
        };

    /// <summary>The entry after the merge.</summary>
    /// <param name="messageCount">
    /// The conversation's message count. An archived conversation comes back with the next message, unless it is muted.
    /// </param>
    public InboxEntry ApplyTo(InboxEntry entry, long messageCount, DateTimeOffset now)
    {
        var changed = entry with
        {
            MutedUntil = MutedUntil.Or(entry.MutedUntil),
            Pinned = Pinned.Or(entry.Pinned),
            Draft = Draft.Or(entry.Draft),
        };
        return !Archived.IsGiven && !MutedUntil.IsGiven
            ? changed
            : changed with { ArchivedOrdinal = !Archived.Or(entry.IsArchived) ? null : changed.IsMuted(now) ? Forever : messageCount };
    }
}
