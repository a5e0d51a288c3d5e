using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Polls;

/// <summary>One member's vote in one poll. Deleted when they take it back.</summary>
public sealed record MemberVote : ConversationDocument
{
    public override string Id => DocumentId(MessageId, UserId);

    public required MessageId MessageId { get; init; }

    public required UserId UserId { get; init; }

    /// <summary>The indexes of the options chosen, ascending; at least one.</summary>
    public required IReadOnlyList<int> Options { get; init; }

    public static string DocumentId(MessageId message, UserId user) => $"p:{message.Value}:{user.Value}";
}

/// <summary>What <c>vote.updated</c> tells the devices of who voted.</summary>
/// <param name="Options">The indexes of the options that are theirs now, ascending; empty for none.</param>
/// <param name="UpdatedSeq">The version of the message in which they are.</param>
public sealed record OwnVote(MessageId MessageId, IReadOnlyList<int> Options, long UpdatedSeq)
{
    public const string Updated = "vote.updated";
}
