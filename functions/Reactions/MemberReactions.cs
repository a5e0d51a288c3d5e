using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Reactions;

/// <summary>One member's reactions to one message. Deleted with the last one.</summary>
internal sealed record MemberReactions : ConversationDocument
{
    public override string Id => DocumentId(MessageId, UserId);

    public required MessageId MessageId { get; init; }

    public required UserId UserId { get; init; }

    /// <summary>In the order in which they were added; at most <see cref="Limits.ReactionsPerUser"/>.</summary>
    public required IReadOnlyList<ReactionKey> Keys { get; init; }

    public required DateTimeOffset At { get; init; }

    public static string DocumentId(MessageId message, UserId user) => Prefix(message) + user.Value;

    /// <summary>The prefix of the ids of all reactions to a message.</summary>
    public static string Prefix(MessageId message) => $"r:{message.Value}:";
}

/// <summary>The data of <c>reaction.added</c> and <c>reaction.removed</c>.</summary>
internal sealed record ReactionChanged(MessageId MessageId, ReactionKey Key, UserId By);
