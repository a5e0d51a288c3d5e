using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Polls;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>What a message says, as requests give it: the same for one that is sent now, in a batch or later.</summary>
public sealed record MessageContent
{
    /// <summary>1 to 4,000 Unicode scalar values; a poll's question.</summary>
    public required string Text { get; init; }

    /// <summary>The message that it answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ReplyTo { get; init; }

    /// <summary>The message whose thread it belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ThreadId { get; init; }

    /// <summary>By ascending offset; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    /// <summary>Whether somebody said it elsewhere before.</summary>
    [JsonIgnore]
    public bool Forwarded => ForwardedFrom is not null;

    /// <summary>What is forwarded; only its hash is kept.</summary>
    [JsonIgnore]
    public MessageId? ForwardedFrom { get; init; }

    [JsonIgnore]
    public string Kind => Poll is null ? "text" : "poll";

    /// <summary>Whether nothing but the text counts.</summary>
    [JsonIgnore]
    public bool IsPlain => ReplyTo is null && ThreadId is null && Mentions is null && !MentionsAll && Poll is null;

    [JsonIgnore]
    public IEnumerable<MessageId> RefersTo => new[] { ReplyTo, ThreadId }.OfType<MessageId>().Distinct();

    /// <summary>The same for the same content. What is forwarded again is the same whatever became of its text.</summary>
    [JsonIgnore]
    public string Hash =>
        ForwardedFrom is { } source
            ? OpaqueId.Hash("forward", source.Value)
            : OpaqueId.Hash(JsonSerializer.Serialize(this, ChatJson.Default.MessageContent));

    /// <summary>Reads what a request says, noting every fault on it.</summary>
    public static MessageContent Read(RequestBody body, Limits limits)
    {
        var poll = body.OptionalObject("poll");
        if (poll is not null && body.Has("text"))
        {
            body.Fault("/text", "not_both", "A poll's text is its question.");
        }

        var text = poll?.Text("question", limits.PollText) ?? body.Text("text", limits.Text);
        return new()
        {
            Text = text,
            ReplyTo = body.OptionalMessageId("replyTo"),
            ThreadId = body.OptionalMessageId("threadId"),
            Mentions = Mention.Read(body, text, limits),
            MentionsAll = body.Flag("mentionsAll"),
            Poll = poll is null ? null : Poll.Read(poll, limits),
        };
    }
}
