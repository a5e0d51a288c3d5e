using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;

namespace Chat.Admin.Inbox;

/// <summary>What a conversation's partition says about one user's inbox entry.</summary>
/// <param name="Head">The conversation.</param>
/// <param name="Member">The user's part in it, at least as new as the head.</param>
/// <param name="Profile">The title and picture, as the head's entry left it; null while that is nothing.</param>
/// <param name="Entries">By position: the user's own last message, and the last that mentions them.</param>
/// <param name="LeftSeq">The entry by which they left the last time; 0 when they never have.</param>
internal sealed record Evidence(Head Head, Member Member, GroupProfile? Profile, IReadOnlyList<LogEntry> Entries, long LeftSeq)
{
    /// <summary>
    /// The entry as delivery leaves it: positions and ordinals only rise, what lists show is the head's unless the entry is newer
    /// than that, and what the user set for themselves since they joined stays. Nothing where they never were in.
    /// </summary>
    /// <param name="stored">The entry that is there, read before all of this; null for none.</param>
    public InboxEntry? Rebuild(InboxEntry? stored) =>
        Member.JoinedSeq == 0 ? stored
        : Member.State != MemberState.Active ? Left(stored, LeftSeq)
        : Head.IsRequestTo(Member.UserId) ? stored
        : Head.DeletedAt is not null ? Left(stored, Head.LastSeq)
        : Listed(stored);

    private InboxEntry Listed(InboxEntry? stored)
    {
        var fresh = Fresh();
        if (stored is null)
        {
            return fresh;
        }

        var begun = stored.IsSince(Member.JoinedSeq)
            ? stored with { JoinedSeq = stored.JoinedSeq ?? fresh.JoinedSeq }
            : PreferencesReset.Apply(stored) with
            {
                JoinedSeq = fresh.JoinedSeq,
                JoinedOrdinal = fresh.JoinedOrdinal,
                SeesEarlier = fresh.SeesEarlier,
            };
        var raised = begun with
        {
            LastOrdinal = Math.Max(stored.LastOrdinal, fresh.LastOrdinal),
            ReadOrdinal = Math.Max(stored.ReadOrdinal, fresh.ReadOrdinal),
            MentionedOrdinal = Math.Max(stored.MentionedOrdinal, fresh.MentionedOrdinal),
            HiddenSeq = Math.Max(stored.HiddenSeq, fresh.HiddenSeq),
            ClearedSeq = Math.Max(stored.ClearedSeq, fresh.ClearedSeq),
            ClearedOrdinal = Math.Max(stored.ClearedOrdinal, fresh.ClearedOrdinal),
        };
        var named = stored.ProfileSeq > fresh.ProfileSeq
            ? raised
            : raised with { Title = fresh.Title, AvatarUrl = fresh.AvatarUrl, ProfileSeq = fresh.ProfileSeq };
        return stored.LastSeq > Head.LastSeq ? named : named with
        {
            Kind = fresh.Kind,
            Peer = fresh.Peer,
            Last = fresh.Last with { Seq = Math.Max(stored.LastSeq, fresh.LastSeq), Ordinal = raised.LastOrdinal },
            Activity = fresh.Activity,
            PushUntil = stored.PushUntil ?? fresh.PushUntil,
        };
    }

    /// <summary>A trace, so that late deliveries and the user's devices find that they left.</summary>
    private InboxEntry? Left(InboxEntry? stored, long seq) =>
        seq == 0 || stored?.LastSeq > seq
            ? stored
            : PreferencesReset.Apply(stored ?? Unnamed()) with { LastSeq = seq, LastMessage = null, Activity = null };

    /// <summary>What a conversation is called since they left isn't theirs to know; joining again tells them.</summary>
    private InboxEntry Unnamed() => Fresh() with { Title = Profile is null ? Head.Title : null, AvatarUrl = null, ProfileSeq = 0 };

    /// <summary>The entry where there is none: what the user set for themselves is lost with it.</summary>
    private InboxEntry Fresh()
    {
        var marks = InboxUpdates.Of(Head, Entries, [Member.UserId]).WatermarksOf(Member.UserId);
        return InboxStore.NewEntry(ConversationSnapshot.Of(Head, Profile), Member, marks);
    }
}
