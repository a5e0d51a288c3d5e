using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Pins;

/// <summary>Pins or unpins a message. In a direct conversation both users may, in a group its owner and admins.</summary>
internal sealed record ChangePinCommand : MessageCommand
{
    /// <summary>True to pin, false to unpin.</summary>
    public required bool IsWanted { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, ConversationPins.DocumentId];

    protected override Right? Needed => Right.Pin;

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        var pins = context.Find<ConversationPins>(ConversationPins.DocumentId) ?? new ConversationPins
        {
            ConversationId = Conversation,
            Pins = [],
        };
        if (pins.Has(MessageId) == IsWanted)
        {
            return Decision.Unchanged(found.Head, found.Message);
        }

        if (!IsWanted)
        {
            return Append(context, found, LogEvent.MessageUnpinned, pins.Without(MessageId));
        }

        if (found.Message.IsUnsent)
        {
            return Decision.Refuse(Problems.MessageUnsent);
        }

        var now = context.Now;
        var alive = pins.Pins.Where(pin => pin.ExpiresAt is null || pin.ExpiresAt > now).ToList();
        return alive.Count >= Limits.Pins
            ? Decision.Refuse(Problems.LimitReached("pins", Limits.Pins))
            : Append(
                context,
                found,
                LogEvent.MessagePinned,
                pins with { Pins = [.. alive, new Pin(MessageId, Actor, now) { ExpiresAt = found.Message.ExpiresAt }] });
    }

    private Decision Append(in DecisionContext context, in MessageContext found, string what, ConversationPins pins)
    {
        var changed = LogEvent.Of(context, what, Actor, new PinChanged(MessageId, Actor), ChatJson.Default.PinChanged);
        return Decision.Append(
            found.Head with { LastSeq = changed.Seq },
            changed with { Quiet = true, ExpiresAt = found.Message.ExpiresAt, TimeToLive = found.Message.TimeToLiveAt(context.Now) },
            pins);
    }
}
