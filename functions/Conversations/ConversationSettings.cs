using System.Text.Json.Serialization;
using Chat.Functions.Comments;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The settings that all members share. A direct conversation has <see cref="MessageTtl"/> alone.</summary>
internal record ConversationSettings
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>The address of the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryVisibility? HistoryVisibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JoinPolicy? JoinPolicy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelVisibility? Visibility { get; init; }

    /// <summary>Seconds until a new message disappears; null when messages stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessageTtl { get; init; }

    /// <summary>Whether posts take comments; null for all but channels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Comments { get; init; }

    /// <summary>
    /// Seconds that must pass between two messages of a plain member of a group, or two comments of a channel's follower; null while slow
    /// mode is off.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SlowModeSeconds { get; init; }

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
            Visibility = head.IsChannel ? head.Visibility : null,
            MessageTtl = head.MessageTtl,
            Comments = head.IsChannel ? head.Comments : null,
            SlowModeSeconds = (head.SlowModeSeconds ?? (head.IsChannel ? CommentsOf.SlowMode : 0)) is > 0 and var seconds ? seconds : null,
        };
    }
}

/// <summary>The data of <c>conversation.updated</c>: all settings after the change.</summary>
internal sealed record ConversationUpdated : ConversationSettings
{
    [JsonConstructor]
    public ConversationUpdated(UserId by) => By = by;

    public ConversationUpdated(ConversationSettings settings, UserId by)
        : base(settings) => By = by;

    public UserId By { get; }
}
