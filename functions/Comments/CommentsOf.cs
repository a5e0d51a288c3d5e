using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Responses;
using Chat.Functions.Shared;

namespace Chat.Functions.Comments;

/// <summary>On which post some comments are, and how many of them were taken back.</summary>
/// <param name="Channel">The post's channel, which decides who sees them.</param>
/// <param name="Post">The post.</param>
/// <param name="Ordinal">The post's number in its channel.</param>
public sealed record CommentsOf(ConversationId Channel, MessageId Post, long Ordinal)
{
    /// <summary>The pause between two comments of a follower, in seconds, unless the channel says another one.</summary>
    public const int SlowMode = 30;

    /// <summary>How many comments were taken back, by whomever.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TakenBack { get; init; }

    /// <summary>The id of the comments on a post. Never change it: it decides where they are.</summary>
    public static ConversationId IdFor(ConversationId channel, MessageId post) => new(OpaqueId.Hash("comments", channel.Value, post.Value));

    /// <summary>How many comments there are. The version rises with every change of their number, and with nothing else.</summary>
    internal static PostCounts Count(Head comments)
    {
        var takenBack = comments.CommentsOf!.TakenBack;
        return comments.DeletedAt is null
            ? new(comments.MessageCount + takenBack) { Comments = comments.MessageCount - takenBack }
            : new(comments.MessageCount + takenBack + 1);
    }
}
