using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>What is reported, as reports on it are joined: a user, a conversation, or a user's messages in one conversation.</summary>
public sealed record CaseTarget
{
    public required TargetKind Kind { get; init; }

    /// <summary>Whom the case is about: the user, the messages' sender, or the conversation's owner; null when nobody owns it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UserId { get; init; }

    /// <summary>Null for a user.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConversationId? ConversationId { get; init; }

    /// <summary>
    /// The same for all reports on it. Whom it is about is part of it: nobody who reports back, or gives a group away, puts another in
    /// their place.
    /// </summary>
    [JsonIgnore]
    public CaseId CaseId => new(Kind switch
    {
        TargetKind.User => OpaqueId.Hash("case", "user", UserId!.Value.Value),
        TargetKind.Conversation => OpaqueId.Hash("case", "conversation", ConversationId!.Value.Value, UserId?.Value ?? ""),
        _ => OpaqueId.Hash("case", "messages", ConversationId!.Value.Value, UserId!.Value.Value),
    });
}

/// <summary>What kind of thing a case is about.</summary>
public enum TargetKind
{
    User,
    Conversation,
    Messages,
}
