using System.Text.Json.Serialization;
using Chat.Functions.Log;

namespace Chat.Functions.Conversations;

/// <summary>What is said about a group besides its title: too much for the head, which every commit pays for. There since it was changed first.</summary>
public sealed record GroupProfile : ConversationDocument
{
    public const string DocumentId = "about";

    public override string Id => DocumentId;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Where clients find the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>The entry that made it what it is; see <see cref="Head.AboutSeq"/>.</summary>
    public required long UpdatedSeq { get; init; }
}
