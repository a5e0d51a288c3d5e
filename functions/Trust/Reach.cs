using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Trust;

/// <summary>
/// Whether the two of a direct conversation may reach each other, by the head alone: what a member does that the other one would
/// notice costs no read for it.
/// </summary>
internal static class Reach
{
    /// <summary>
    /// The refusal of anything but a message and taking one back; null where they may. A request is answered before anything else is
    /// done in it, and a block of it doesn't show. So is a conversation whose other one the actor restricts.
    /// </summary>
    public static Problem? Refusal(Head head, UserId actor) =>
        head.Request is not null || head.Restricts(actor) ? Problems.RequestPending
        : head.IsBlocked ? Problems.CannotMessage
        : null;
}
