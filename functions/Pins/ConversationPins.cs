using System.Text.Json.Serialization;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Pins;

/// <summary>A conversation's pinned messages, in one document.</summary>
internal sealed record ConversationPins : ConversationDocument
{
    /// <summary>The document's id in every conversation's partition.</summary>
    public const string DocumentId = "pins";

    public override string Id => DocumentId;

    /// <summary>In the order of pinning. Expired messages stay here until the next pin.</summary>
    public required IReadOnlyList<Pin> Pins { get; init; }

    public bool Has(MessageId message) => Pins.Any(pin => pin.MessageId == message);

    public ConversationPins Without(MessageId message) => this with { Pins = [.. Pins.Where(pin => pin.MessageId != message)] };
}

/// <summary>A pin as stored.</summary>
internal sealed record Pin(MessageId MessageId, UserId By, DateTimeOffset At)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The data of <c>message.pinned</c> and <c>message.unpinned</c>.</summary>
internal sealed record PinChanged(MessageId MessageId, UserId By);
