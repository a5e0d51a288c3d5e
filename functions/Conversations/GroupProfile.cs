using System.Text.Json.Serialization;
using Chat.Functions.Log;

namespace Chat.Functions.Conversations;

/// <summary>
/// A group's description and picture. They are too large for the head, which every commit writes. The document exists from the
/// first change on.
/// </summary>
public sealed record GroupProfile : ConversationDocument
{
    public const string DocumentId = "about";

    public override string Id => DocumentId;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>The address of the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>The entry that changed it last; see <see cref="Head.ProfileSeq"/>.</summary>
    public required long UpdatedSeq { get; init; }
}
