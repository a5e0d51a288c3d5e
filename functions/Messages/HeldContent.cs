using System.Text.Json.Serialization;
using Chat.Functions.Media;
using Chat.Functions.Polls;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>
/// The content of a message that is held until the host app decides. It is stored apart from the message's own content, which is empty
/// until then, so that no reader of messages shows it by mistake. Only the sender sees it.
/// </summary>
public sealed record HeldContent(string Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>What the host app names in its verdict.</summary>
    [JsonIgnore]
    public string Hash => HashOf(Text, Poll, Attachments?.Select(file => file.MediaId));

    /// <summary>
    /// The hash of what the host app is asked about. It tells a message from another one under the same id: one whose
    /// <c>clientMessageId</c> was used before, by a message that was refused or has disappeared.
    /// </summary>
    public static string HashOf(string text, Poll? poll, IEnumerable<MediaId>? files) => OpaqueId.Hash(files is null
        ? ["content", text, .. (poll?.Options ?? []).Select(option => option.Text)]
        : ["content with files", text, .. files.Select(file => file.Value)]);
}
