using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;

namespace Chat.Functions.Receipts;

/// <summary>
/// Who writes has read what was there: moves the receipts of a group's members to their own messages, in their member documents. In a direct
/// conversation the head says it, in the commit itself (<see cref="HeadMember.SentSeq"/>). Only rises, so it may come late and twice.
/// </summary>
public sealed class SentReceipts(MemberWatermarks marks, PrivacyReader privacy, Limits limits)
{
    /// <summary>Moves a member's receipt to their own message, as far as they show receipts.</summary>
    public async Task RaiseAsync(InboxChange change, UserId user, long seq, long ordinal, CancellationToken cancellationToken)
    {
        if (change.Kind == ConversationKind.Group && change.MemberCount <= limits.ReceiptMembers)
        {
            var isShown = (await privacy.OfAsync(user, cancellationToken)).ReadReceipts;
            await marks.RaiseReadAsync(change.ConversationId, user, seq, ordinal, isShown, cancellationToken);
        }
    }
}
