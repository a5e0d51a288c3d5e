using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>The users who joined or left by one entry of the log.</summary>
internal sealed record MembershipChange(LogEvent Entry, IReadOnlyList<UserId> Joined, IReadOnlyList<UserId> Left)
{
    /// <summary>All users who joined or left.</summary>
    public IReadOnlyList<UserId> Users => [.. Joined, .. Left];

    /// <summary>Whether an entry changes who is a member.</summary>
    public static bool IsMembershipEvent(LogEntry entry) => entry is LogEvent
    {
        EventType: LogEvent.ConversationCreated or LogEvent.ConversationDeleted
            or LogEvent.MemberJoined or LogEvent.MemberLeft or LogEvent.MemberRemoved,
    };

    /// <summary>The membership changes among some entries.</summary>
    /// <param name="entries">Entries of one conversation.</param>
    /// <param name="everyone">The members. They all leave when the conversation is deleted.</param>
    public static IReadOnlyList<MembershipChange> Of(IEnumerable<LogEntry> entries, IReadOnlyList<UserId> everyone) =>
        [.. entries.Where(IsMembershipEvent).Cast<LogEvent>().Select(entry => Of(entry, everyone))];

    private static MembershipChange Of(LogEvent entry, IReadOnlyList<UserId> everyone) => entry.EventType switch
    {
        LogEvent.ConversationCreated => new(entry, Ids(entry.Data.Deserialize(ChatJson.Default.ConversationCreated)!.Members), []),
        LogEvent.MemberJoined => new(entry, Ids(entry.Data.Deserialize(ChatJson.Default.MembersJoined)!.Members), []),
        LogEvent.ConversationDeleted => new(entry, [], everyone),
        _ => new(entry, [], [entry.Data.Deserialize(ChatJson.Default.MemberGone)!.UserId]),
    };

    private static List<UserId> Ids(IReadOnlyList<HeadMember> members) => [.. members.Select(member => member.UserId)];
}
