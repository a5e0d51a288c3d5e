using System.Text.Json.Serialization;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>
/// On queue <c>fanout</c>: a user blocked or restricted another one, or took it back. The copy and the pair's conversation are to say the
/// same, also one that was created just then.
/// </summary>
public sealed record AlignBlock : FanOutMessage
{
    /// <summary><see cref="Block.Of"/> or <see cref="Block.Restriction"/>.</summary>
    public string Relation { get; init; } = Block.Of;

    public required UserId UserId { get; init; }

    public required UserId OtherUserId { get; init; }

    /// <summary>
    /// The version of the block, or a newer one, that the handler must see. It may not be written yet, and never is if the process
    /// ended before.
    /// </summary>
    public required long Version { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:b{OpaqueId.Hash(Relation, UserId.Value)}-{Version}";
}
