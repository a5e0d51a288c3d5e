using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>What is set for everyone in a conversation. A direct one only has <see cref="MessageTtl"/>.</summary>
public record ConversationSettings
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Where clients find the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryVisibility? HistoryVisibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JoinPolicy? JoinPolicy { get; init; }

    /// <summary>How long new messages stay, in seconds; null when they stay for good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessageTtl { get; init; }

    public static ConversationSettings Of(Head head, GroupProfile? profile)
    {
        var isGroup = head.Kind == ConversationKind.Group;
        return new()
        {
            Title = head.Title,
            Description = profile?.Description,
            AvatarUrl = profile?.AvatarUrl,
            HistoryVisibility = isGroup ? head.HistoryVisibility : null,
            JoinPolicy = isGroup ? head.JoinPolicy : null,
            MessageTtl = head.MessageTtl,
        };
    }
}

/// <summary>What <c>conversation.updated</c> tells: all settings as they are then.</summary>
public sealed record ConversationUpdated : ConversationSettings
{
    [JsonConstructor]
    public ConversationUpdated(UserId by) => By = by;

    public ConversationUpdated(ConversationSettings settings, UserId by)
        : base(settings) => By = by;

    public UserId By { get; }
}
