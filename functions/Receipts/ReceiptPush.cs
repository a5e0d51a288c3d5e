using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Log;
using Chat.Functions.Presence;
using Chat.Functions.Privacy;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Receipts;

/// <summary>
/// Pushes receipts to the other members, debounced to one per second, member and kind: the first at once, then the newest of each
/// second at its end. Best effort; clients can fetch receipts.
/// </summary>
public sealed class ReceiptPush(
    EventPush push,
    MemberListCache members,
    PrivacyReader privacy,
    BlockReader blocks,
    Limits limits,
    TimeProvider time,
    ILogger<ReceiptPush> logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();

    /// <summary>The newest receipt of each open window, with the head at that time.</summary>
    private readonly Dictionary<(ConversationId, UserId, string), (Head Head, Receipt Receipt)> _windows = [];

    /// <summary>
    /// Pushes a receipt to the user's own devices, and to the others if both sides share receipts and neither blocks the other.
    /// </summary>
    public async Task PushAsync(Head head, Receipt receipt)
    {
        var key = (head.ConversationId, receipt.UserId, receipt.Type);
        lock (_lock)
        {
            if (_windows.TryGetValue(key, out var furthest))
            {
                _windows[key] = receipt.Seq > furthest.Receipt.Seq ? (head, receipt) : furthest;
                return;
            }

            _windows[key] = (head, receipt);
        }

        await TrySendAsync(head, receipt);
        // Not awaited: the caller has been answered for its own receipt.
        _ = GoOnAsync(receipt.Seq, key);
    }

    /// <summary>At the end of each window, sends the newest receipt of it. Ends with the first window without one.</summary>
    private async Task GoOnAsync(long sent, (ConversationId, UserId, string) key)
    {
        while (true)
        {
            await Task.Delay(Window, time);
            (Head Head, Receipt Receipt) next;
            lock (_lock)
            {
                next = _windows[key];
                // Nothing newer came during this window.
                if (next.Receipt.Seq == sent)
                {
                    _windows.Remove(key);
                    return;
                }
            }

            sent = next.Receipt.Seq;
            await TrySendAsync(next.Head, next.Receipt);
        }
    }

    private async Task TrySendAsync(Head head, Receipt receipt)
    {
        try
        {
            await SendAsync(head, receipt);
        }
        catch (Exception exception)
        {
            logger.ReceiptNotPushed(exception);
        }
    }

    private async Task SendAsync(Head head, Receipt receipt)
    {
        var told = new ChatEvent(receipt.Type, head.ConversationId, null, time.GetUtcNow(), new ReceiptMoved(receipt.UserId, receipt.Seq));
        List<UserId> others = receipt.IsShown && head.Shows(receipt.UserId) && head.MemberCount <= limits.PushedReceiptMembers
            ? [.. (await members.ReadIdsAsync(head, null, CancellationToken.None)).Where(member => member != receipt.UserId)]
            : [];
        var willing = await WillingAsync(head, receipt, others);
        // One send to the push group reaches everybody, so it is for the case that everybody may see it.
        await (willing.Count > 1 && willing.Count == others.Count
            ? push.PushToMembersAsync(head, told, CancellationToken.None)
            : Task.WhenAll(willing.Append(receipt.UserId).Select(user => push.PushToUserAsync(user, told, CancellationToken.None))));
    }

    private async Task<List<UserId>> WillingAsync(Head head, Receipt receipt, List<UserId> users)
    {
        try
        {
            // A direct conversation's head says it, and then there are no others.
            var apart = await blocks.ApartAsync(receipt.UserId, head.Kind == ConversationKind.Group ? users : [], CancellationToken.None);
            var settings = receipt.Type == Receipt.Read ? await privacy.OfAsync(users, CancellationToken.None) : null;
            return [.. users.Where(user => !apart.Contains(user) && settings?[user].ReadReceipts != false)];
        }
        catch (Exception exception) when (CosmosFailures.IsTransient(exception))
        {
            return [];
        }
    }
}

/// <summary>A receipt to push.</summary>
/// <param name="Type"><see cref="Read"/> or <see cref="Delivered"/>.</param>
/// <param name="IsShown">Whether others may see it. The member's own devices always do.</param>
public sealed record Receipt(string Type, UserId UserId, long Seq, bool IsShown)
{
    public const string Read = "receipt.read";
    public const string Delivered = "receipt.delivered";
}

/// <summary>The data of <c>receipt.read</c> and <c>receipt.delivered</c>: a member's watermark rose.</summary>
/// <param name="UpToSeq">The watermark: everything up to this entry.</param>
internal sealed record ReceiptMoved(UserId UserId, long UpToSeq);
