using System.Text.Json;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Functions.Reports;

/// <summary>What a user reports: a user, or a conversation, or messages in it.</summary>
internal sealed record CreateReportRequest(ReportReason Reason)
{
    private static readonly Dictionary<string, ReportReason> Reasons =
        Enum.GetValues<ReportReason>().ToDictionary(reason => JsonNamingPolicy.CamelCase.ConvertName($"{reason}"), StringComparer.Ordinal);

    public UserId? UserId { get; init; }

    public ConversationId? ConversationId { get; init; }

    public IReadOnlyList<MessageId>? MessageIds { get; init; }

    public string? Note { get; init; }

    /// <summary>Tells a retry from another report.</summary>
    public string Hash => OpaqueId.Hash(
    [
        $"{Reason}", UserId?.Value ?? "", ConversationId?.Value ?? "", Note is null ? "" : $"note {Note}",
        .. (MessageIds ?? []).Select(id => id.Value).Order(StringComparer.Ordinal),
    ]);

    /// <summary>Reads why something is reported, without what; faults are noted on the body.</summary>
    public static CreateReportRequest ReadReason(RequestBody body, Limits limits) =>
        new(Reasons.GetValueOrDefault(body.OneOf("reason", [.. Reasons.Keys])))
        {
            Note = body.Has("note") ? body.Text("note", limits.Note) : null,
        };

    /// <summary>Reads it from a body; faults are noted there.</summary>
    public static CreateReportRequest Read(RequestBody body, Limits limits)
    {
        var reported = ReadReason(body, limits);
        var target = body.OptionalObject("target");
        if (target is null)
        {
            if (!body.Has("target"))
            {
                body.Fault("/target", "missing", "Must be an object.");
            }

            return reported;
        }

        var request = reported with
        {
            UserId = target.Has("userId") ? target.User("userId") : null,
            ConversationId = target.OptionalConversationId("conversationId"),
            MessageIds = target.Has("messageIds") ? target.MessageIds("messageIds", limits.ReportedMessages) : null,
        };
        if (!target.Has("userId") && !target.Has("conversationId"))
        {
            target.Fault("/userId", "missing", "Give userId or conversationId.");
            target.Fault("/conversationId", "missing", "Give userId or conversationId.");
        }
        else if (target.Has("userId") && (target.Has("conversationId") || target.Has("messageIds")))
        {
            body.Fault("/target", "not_both", "Give userId, or conversationId with or without messageIds.");
        }

        return request;
    }
}
