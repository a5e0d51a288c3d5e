using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;

namespace Chat.Functions.Receipts;

/// <summary>
/// Raises the read watermark of a group's member to their own message, since sending implies having read everything before. A
/// direct conversation needs no write for it: the commit notes it in the head (<see cref="HeadMember.SentSeq"/>). Watermarks only
/// rise, so this may run late and twice.
/// </summary>
public sealed class SentReceipts(MemberWatermarks marks, PrivacyReader privacy, Limits limits)
{
    /// <summary>Raises a member's watermark to their own message, and the one that others see if they share receipts.</summary>
    public async Task RaiseAsync(ConversationSnapshot snapshot, UserId user, long seq, long ordinal, CancellationToken cancellationToken)
    {
        if (snapshot.Kind == ConversationKind.Group && snapshot.MemberCount <= limits.ReceiptMembers)
        {
            var isShown = (await privacy.OfAsync(user, cancellationToken)).ReadReceipts;
            await marks.RaiseReadAsync(snapshot.ConversationId, user, seq, ordinal, isShown, cancellationToken);
        }
    }
}
