using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Locations;
using Chat.Functions.Media;
using Chat.Functions.Polls;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;

namespace Chat.Functions.Messages;

/// <summary>The content of a message in a request, the same whether it is sent now, in a batch or at a later time.</summary>
public sealed record MessageContent
{
    /// <summary>What a message shows besides text: one of these; files and cards go together.</summary>
    private static readonly string[] Shown = ["poll", "sticker", "location", "attachments", "cards"];

    /// <summary>1 to 4,000 Unicode scalar values, or none beside what it shows; for a poll, its question.</summary>
    public required string Text { get; init; }

    /// <summary>The message that it replies to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ReplyTo { get; init; }

    /// <summary>The root message of its thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ThreadId { get; init; }

    /// <summary>By ascending offset; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    /// <summary>The files that it refers to; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AttachedMedia>? Attachments { get; init; }

    /// <summary>The host app's things that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Card>? Cards { get; init; }

    /// <summary>The place that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Location? Location { get; init; }

    /// <summary>The sticker that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChosenSticker? Sticker { get; init; }

    /// <summary>What the message will say of the sticker, once it is found.</summary>
    [JsonIgnore]
    public SentSticker? StickerSnapshot { get; init; }

    /// <summary>The <see cref="Conversations.Head.MembersVersion"/> whose members are all old enough to see a place.</summary>
    [JsonIgnore]
    public long? SeenByVersion { get; init; }

    /// <summary>What the message will say of these files, once they are known to be the sender's to attach.</summary>
    [JsonIgnore]
    public IReadOnlyList<Attachment>? Snapshots { get; init; }

    /// <summary>Whether it is forwarded.</summary>
    [JsonIgnore]
    public bool Forwarded => ForwardedFrom is not null;

    /// <summary>The message that is forwarded; only its hash is stored.</summary>
    [JsonIgnore]
    public MessageId? ForwardedFrom { get; init; }

    /// <summary>The hash of the content as requested, if word lists have changed it; null otherwise.</summary>
    [JsonIgnore]
    public string? OriginalHash { get; init; }

    /// <summary>The refusal of the content by word lists or the host app; null when it may be sent.</summary>
    [JsonIgnore]
    public Problem? Refusal { get; init; }

    /// <summary>Whether only the sender sees it until the host app has decided.</summary>
    [JsonIgnore]
    public bool IsHeld { get; init; }

    /// <summary>Whether the host app was asked about it, and answered.</summary>
    [JsonIgnore]
    public bool IsTold { get; init; }

    /// <summary>The word lists that flag it for moderators; null for none.</summary>
    [JsonIgnore]
    public IReadOnlyList<string>? Flags { get; init; }

    [JsonIgnore]
    public string Kind => Poll is null ? "text" : "poll";

    /// <summary>Whether it is text alone, without references to other documents.</summary>
    [JsonIgnore]
    public bool IsPlain => !DependsOnOthers && Attachments is null && Cards is null && Sticker is null;

    /// <summary>Whether more than the head and what is in it decides on it: what others wrote, roles, ages, the time.</summary>
    [JsonIgnore]
    public bool DependsOnOthers =>
        ReplyTo is not null || ThreadId is not null || Mentions is not null || MentionsAll || Poll is not null || Location is not null;

    /// <summary>Whether it has what channels don't.</summary>
    [JsonIgnore]
    public bool IsNotOfChannels => ThreadId is not null || Location is not null || MentionsAll;

    /// <summary>Whether it has what comments don't: nobody is a member there, and their channel keeps no files for them.</summary>
    [JsonIgnore]
    public bool IsNotOfComments => IsNotOfChannels || Attachments is not null || Mentions is not null || Poll is not null;

    /// <summary>Whether it may be a request: one short text, without links and without references.</summary>
    public bool IsRequest(int maxText) => IsPlain && Text.EnumerateRunes().Count() <= maxText && !Content.Links.AreIn(Text);

    [JsonIgnore]
    public IEnumerable<MessageId> RefersTo => new[] { ReplyTo, ThreadId }.OfType<MessageId>().Distinct();

    /// <summary>
    /// The same for the same content. For a forwarded message it is the hash of the source's id, so a retry matches even after
    /// the source was edited.
    /// </summary>
    [JsonIgnore]
    public string Hash => OriginalHash
        ?? (ForwardedFrom is { } source
            ? OpaqueId.Hash("forward", source.Value)
            : OpaqueId.Hash(JsonSerializer.Serialize(this, ChatJson.Default.MessageContent)));

    /// <summary>Reads the content from a request's body and notes every fault on it.</summary>
    public static MessageContent Read(RequestBody body, Limits limits)
    {
        var poll = body.OptionalObject("poll");
        if (poll is not null && body.Has("text"))
        {
            body.Fault("/text", "not_both", "A poll's text is its question.");
        }

        if (body.Has("sticker") && body.Has("text"))
        {
            body.Fault("/text", "not_both", "A sticker stands alone.");
        }

        string[] shown = [.. Shown.Where(body.Has)];
        if (shown.Length > 1 && shown is not ["attachments", "cards"])
        {
            body.Fault($"/{shown[1]}", "not_both", $"Not beside {shown[0]}.");
        }

        var text = poll?.Text("question", limits.PollText)
            ?? (shown.Length == 0 ? body.Text("text", limits.Text) : body.OptionalText("text", limits.Text));
        return new()
        {
            Text = text,
            ReplyTo = body.OptionalMessageId("replyTo"),
            ThreadId = body.OptionalMessageId("threadId"),
            Mentions = Mention.Read(body, text, limits),
            MentionsAll = body.Flag("mentionsAll"),
            Poll = poll is null ? null : Poll.Read(poll, limits),
            Attachments = AttachedMedia.Read(body, limits),
            Location = Location.Read(body),
            Sticker = ChosenSticker.Read(body),
            Cards = Card.Read(body, limits),
        };
    }
}
