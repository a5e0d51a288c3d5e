using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Polls;

/// <summary>One member's vote in one poll. Deleted when they take it back.</summary>
internal sealed record MemberVote : ConversationDocument
{
    public override string Id => DocumentId(MessageId, UserId);

    public required MessageId MessageId { get; init; }

    public required UserId UserId { get; init; }

    /// <summary>The indexes of the options chosen, ascending; at least one.</summary>
    public required IReadOnlyList<int> Options { get; init; }

    public static string DocumentId(MessageId message, UserId user) => $"p:{message.Value}:{user.Value}";
}

/// <summary>The data of <c>vote.updated</c>, for the voter's own devices.</summary>
/// <param name="Options">The indexes of the options chosen, ascending; empty for none.</param>
/// <param name="UpdatedSeq">The version of the message that counts the vote.</param>
internal sealed record OwnVote(MessageId MessageId, IReadOnlyList<int> Options, long UpdatedSeq)
{
    public const string Updated = "vote.updated";
}
