using System.Text.Json.Serialization;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>Says that a message refers to a file, in the file's document or beside it. A file is kept as long as there is one.</summary>
/// <remarks>
/// It is there before the message is committed, and may be left over without one: queue <c>media</c> holds it against the message. For all
/// messages of one key there is one.
/// </remarks>
public sealed record MediaReference
{
    public const string Prefix = "ref:";

    /// <summary>How long after it was written there may be no message yet: longer than any commit takes.</summary>
    public static readonly TimeSpan UncommittedFor = TimeSpan.FromMinutes(10);

    /// <summary>For how long one that is there counts as written anew. No commit takes as long as is left until it is looked at.</summary>
    private static readonly TimeSpan GoodFor = UncommittedFor / 2;

    [JsonPropertyOrder(-2)]
    public string Type => "reference";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(ConversationId, MessageId);

    public required MediaId MediaId { get; init; }

    public required ConversationId ConversationId { get; init; }

    /// <summary>The message's key.</summary>
    public required MessageId MessageId { get; init; }

    /// <summary>When it was written: by a try to send the message, or when the file was there.</summary>
    public required DateTimeOffset At { get; init; }

    [JsonIgnore]
    public ReferenceDue Due => new(MediaId, ConversationId, MessageId);

    /// <summary>Whether another one needn't be written: this is of the same message, and new enough.</summary>
    public bool IsGoodAt(MediaReference other) => Id == other.Id && At > other.At - GoodFor;

    /// <summary>What has a message's reference to a file held against the message.</summary>
    public static ReferenceDue DueOf(MediaId media, Message message) =>
        new(media, message.ConversationId, new MessageId(message.MessageId.Key));

    public static string DocumentId(ConversationId conversation, MessageId message) => $"{Prefix}{conversation.Value}:{message.Key}";
}

/// <summary>A reference in the file's document.</summary>
public sealed record FirstReference(ConversationId ConversationId, MessageId MessageId, DateTimeOffset At)
{
    public static FirstReference Of(MediaReference reference) => new(reference.ConversationId, reference.MessageId, reference.At);

    public MediaReference To(MediaId id) => new() { MediaId = id, ConversationId = ConversationId, MessageId = MessageId, At = At };
}
