using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>What a user reported. Only moderators learn of it, and it stays when its reporter is gone.</summary>
public sealed record Report : CaseDocument
{
    public override string Id => DocumentId(ReportId);

    public required string ReportId { get; init; }

    public required UserId ReporterId { get; init; }

    public required ReportReason Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>The messages that are meant; null for a user or a conversation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageId>? MessageIds { get; init; }

    /// <summary>The conversation as it was then; null for a user.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReportedConversation? Conversation { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The case's version that it made.</summary>
    public int CaseVersion { get; init; }

    /// <summary>Tells a retry from another report under the same key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestHash { get; init; }

    public static string DocumentId(string reportId) => $"r:{reportId}";
}

/// <summary>A conversation as moderators see it.</summary>
public sealed record ReportedConversation(ConversationKind Kind, string? Title, string? Description, string? AvatarUrl, int MemberCount);

/// <summary>Notes that a user reported a target, so that they count once.</summary>
public sealed record Reporter : CaseDocument
{
    public override string Id => DocumentId(ReporterId);

    public required UserId ReporterId { get; init; }

    public static string DocumentId(UserId reporter) => $"by:{reporter.Value}";
}

/// <summary>
/// A message as it was when it was reported, or a former text of it. What is done to the message later changes nothing here.
/// </summary>
public sealed record Evidence : CaseDocument
{
    /// <summary>The prefix of all evidence's ids, which sort by <c>seq</c>.</summary>
    public const string Prefix = "e:";

    public override string Id => DocumentId(Seq, Message?.UpdatedSeq, Revision?.Revision);

    public required MessageId MessageId { get; init; }

    public required long Seq { get; init; }

    /// <summary>When it was copied.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was reported first; null for what was said before and after.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReportedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageView? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RevisionView? Revision { get; init; }

    /// <summary>The word lists that the message, or an edit of it, was flagged by; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>The files of which a copy is kept, which were photos only at first; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MediaId>? Photos { get; init; }

    // Each version of a message is kept: what it said at the first report, and at the next.
    private static string DocumentId(long seq, long? updatedSeq, int? revision) =>
        string.Create(null, $"{Prefix}{seq:D16}:{(revision is { } number ? $"v{number:D16}" : $"m{updatedSeq ?? seq:D16}")}");
}
