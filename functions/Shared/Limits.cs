using System.ComponentModel.DataAnnotations;

namespace Chat.Functions.Shared;

/// <summary>What the product allows, under <c>Limits</c> in the settings. Lowering one leaves stored data as it is.</summary>
public sealed record Limits
{
    /// <summary>Members of a group with its creator. Default 256, at most 256: beyond that a conversation needs another design.</summary>
    [Range(2, 256)]
    public int GroupMembers { get; init; } = 256;

    /// <summary>The length of a group's title, in Unicode scalar values. Default 128.</summary>
    [Range(1, 128)]
    public int Title { get; init; } = 128;

    /// <summary>Users that one request adds to a group. Default 100.</summary>
    [Range(1, 256)]
    public int AddedMembers { get; init; } = 100;

    /// <summary>The length of a group's description, in Unicode scalar values. Default 512.</summary>
    [Range(1, 512)]
    public int Description { get; init; } = 512;

    /// <summary>The length of the address of a group's picture. Default 1,024.</summary>
    [Range(1, 1024)]
    public int AvatarUrl { get; init; } = 1024;

    /// <summary>Invite links of a group that are good at a time. Default 20; they are one document, which each use of one writes.</summary>
    [Range(0, 50)]
    public int InviteLinks { get; init; } = 20;

    /// <summary>Users who wait to be let into a group. Default 200.</summary>
    [Range(1, 500)]
    public int JoinRequests { get; init; } = 200;

    /// <summary>The length of a message's text, in Unicode scalar values. Default 4,000; at most 4,000, up to 48 KB as it is stored.</summary>
    [Range(1, 4000)]
    public int Text { get; init; } = 4000;

    /// <summary>How long a message can be edited. Default 15 min; 0 allows none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan EditWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a sender can take a message back. Default 3 min; 0 allows none. A group's owner and admins always can.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan UnsendWindow { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often one message can be edited. Default 20; at most 50, as unsending deletes what it said before in one commit.</summary>
    [Range(1, 50)]
    public int Revisions { get; init; } = 20;

    /// <summary>Distinct reactions to one message. Default 50; at most 50, as the message carries their summary.</summary>
    [Range(1, 50)]
    public int ReactionKeys { get; init; } = 50;

    /// <summary>Reactions of one member to one message. Default 5.</summary>
    [Range(1, 50)]
    public int ReactionsPerUser { get; init; } = 5;

    /// <summary>Users whose presence is asked for at once. Default 50.</summary>
    [Range(1, 100)]
    public int PresenceUsers { get; init; } = 50;

    /// <summary>Members of a conversation in which typing is shown. Default 100: it is pushed to each of them.</summary>
    [Range(2, 256)]
    public int TypingMembers { get; init; } = 100;

    /// <summary>Members of a conversation in which receipts are kept for others to see. Default 100.</summary>
    [Range(2, 256)]
    public int ReceiptMembers { get; init; } = 100;

    /// <summary>Members of a conversation in which receipts are pushed; in larger ones they are asked for. Default 32.</summary>
    [Range(2, 100)]
    public int PushedReceiptMembers { get; init; } = 32;
    /// <summary>Members named in one message. Default 50.</summary>
    [Range(0, 50)]
    public int Mentions { get; init; } = 50;

    /// <summary>Options of a poll. Default 10; a poll has at least 2.</summary>
    [Range(2, 10)]
    public int PollOptions { get; init; } = 10;

    /// <summary>The length of a poll's question, in Unicode scalar values. Default 300.</summary>
    [Range(1, 300)]
    public int PollText { get; init; } = 300;

    /// <summary>The length of a poll's option, in Unicode scalar values. Default 100.</summary>
    [Range(1, 100)]
    public int PollOptionText { get; init; } = 100;

    /// <summary>Pinned messages of a conversation. Default 10.</summary>
    [Range(1, 50)]
    public int Pins { get; init; } = 10;

    /// <summary>Messages in one batch. Default 50.</summary>
    [Range(1, 50)]
    public int BatchMessages { get; init; } = 50;

    /// <summary>Conversations that one request forwards to. Default 10.</summary>
    [Range(1, 10)]
    public int ForwardTargets { get; init; } = 10;

    /// <summary>Messages of one conversation that a member can delete for themselves. Default 500, 4 KB of what every read of the member costs.</summary>
    [Range(1, 500)]
    public int HiddenMessages { get; init; } = 500;

    /// <summary>Messages of one member that wait in one conversation to be sent later. Default 100.</summary>
    [Range(1, 100)]
    public int ScheduledMessages { get; init; } = 100;

    /// <summary>Items on a page that asks for no number. Default 50.</summary>
    [Range(1, 100)]
    public int DefaultPage { get; init; } = 50;

    /// <summary>The most items on a page. Default 100.</summary>
    [Range(1, 100)]
    public int Page { get; init; } = 100;

    /// <summary>The size of a request body in bytes. Default 64 KB.</summary>
    [Range(1024, 64 * 1024)]
    public int RequestBody { get; init; } = 64 * 1024;

    /// <summary>Conversations that a user may have pinned. Default 50; at most 100, which is a page.</summary>
    [Range(0, 100)]
    public int PinnedConversations { get; init; } = 50;
}
