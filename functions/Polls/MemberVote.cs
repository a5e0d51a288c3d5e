using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Polls;

/// <summary>One member's vote in one poll; there while there is one.</summary>
public sealed record MemberVote : ConversationDocument
{
    public override string Id => DocumentId(MessageId, UserId);

    public required MessageId MessageId { get; init; }

    public required UserId UserId { get; init; }

    /// <summary>The indexes of the options chosen, ascending; at least one.</summary>
    public required IReadOnlyList<int> Options { get; init; }

    public static string DocumentId(MessageId message, UserId user) => $"p:{message.Value}:{user.Value}";
}
