using System.Text.Json.Serialization;
using Chat.Functions.Polls;

namespace Chat.Functions.Messages;

/// <summary>
/// What a message says that is held until the host app decides. It is apart from the message's own content, which is empty until then,
/// so that nothing that shows messages can show it by mistake. Only the sender sees it.
/// </summary>
public sealed record HeldContent(string Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }
}
