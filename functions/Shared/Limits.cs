using System.ComponentModel.DataAnnotations;

namespace Chat.Functions.Shared;

/// <summary>The product's limits, under <c>Limits</c> in the settings. Lowering a limit doesn't change stored data.</summary>
public sealed record Limits
{
    /// <summary>
    /// Members of a group, including its creator. Default 256 and at most 256: larger conversations need another design.
    /// </summary>
    [Range(2, 256)]
    public int GroupMembers { get; init; } = 256;

    /// <summary>Members of a channel, who post, with its owner. Default 20 and at most 50: each has a list that every post moves.</summary>
    [Range(1, 50)]
    public int ChannelMembers { get; init; } = 20;

    /// <summary>Messages sent to a channel a day, by whomever. Default 20; 0 for any number.</summary>
    [Range(0, 10000)]
    public int ChannelPostsPerDay { get; init; } = 20;

    /// <summary>Channels of a user that they created and that are there. Default 10; 0 for any number.</summary>
    [Range(0, 50)]
    public int ChannelsPerUser { get; init; } = 10;

    /// <summary>Channels that a user follows. Default 200 and at most 500: a list reads the head of each.</summary>
    [Range(0, 500)]
    public int Subscriptions { get; init; } = 200;

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

    /// <summary>Valid invite links of a group. Default 20. They are one document, which every use of a link writes.</summary>
    [Range(0, 50)]
    public int InviteLinks { get; init; } = 20;

    /// <summary>Pending join requests of a group. Default 200.</summary>
    [Range(1, 500)]
    public int JoinRequests { get; init; } = 200;

    /// <summary>
    /// The length of a message's text, in Unicode scalar values. Default 4,000 and at most 4,000, which is up to 48 KB as stored.
    /// </summary>
    [Range(1, 4000)]
    public int Text { get; init; } = 4000;

    /// <summary>How long a message can be edited. Default 15 min; 0 allows none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan EditWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a sender can take a message back. Default 3 min; 0 allows none. A group's owner and admins always can.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan UnsendWindow { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Edits of one message. Default 20; at most 50, since unsending deletes all revisions in one commit.</summary>
    [Range(1, 50)]
    public int Revisions { get; init; } = 20;

    /// <summary>
    /// Distinct reaction keys on one message. Default 50 and at most 50, since the message holds a summary of each.
    /// </summary>
    [Range(1, 50)]
    public int ReactionKeys { get; init; } = 50;

    /// <summary>Reactions of one member to one message. Default 5.</summary>
    [Range(1, 50)]
    public int ReactionsPerUser { get; init; } = 5;

    /// <summary>Users in one presence query. Default 50.</summary>
    [Range(1, 100)]
    public int PresenceUsers { get; init; } = 50;

    /// <summary>The largest conversation, in members, that shows typing. Default 100.</summary>
    [Range(2, 256)]
    public int TypingMembers { get; init; } = 100;

    /// <summary>The largest conversation, in members, that has receipts. Default 100.</summary>
    [Range(2, 256)]
    public int ReceiptMembers { get; init; } = 100;

    /// <summary>
    /// The largest conversation, in members, in which receipts are pushed. In larger ones clients fetch them. Default 32.
    /// </summary>
    [Range(2, 100)]
    public int PushedReceiptMembers { get; init; } = 32;

    /// <summary>The length of a user's displayed name, in Unicode scalar values. Default 64.</summary>
    [Range(1, 64)]
    public int DisplayName { get; init; } = 64;

    /// <summary>Users whose profiles one request asks for. Default 100.</summary>
    [Range(1, 100)]
    public int Profiles { get; init; } = 100;

    /// <summary>The length of a request's one text, in Unicode scalar values. Default 500.</summary>
    [Range(1, 4000)]
    public int RequestText { get; init; } = 500;

    /// <summary>After how long a user can send another request to the same one, whatever became of it. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RequestWindow { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Users whom a user can block. Default 10,000. Requests at the same instant may block a few more.</summary>
    [Range(1, 10000)]
    public int Blocks { get; init; } = 10000;

    /// <summary>Users whom a user can mute. Default 10,000. Requests at the same instant may mute a few more.</summary>
    [Range(1, 10000)]
    public int Mutes { get; init; } = 10000;

    /// <summary>Users whom a user can restrict. Default 10,000. Requests at the same instant may restrict a few more.</summary>
    [Range(1, 10000)]
    public int Restrictions { get; init; } = 10000;

    /// <summary>Words by which a user hides requests. Default 100; each has at most 64 Unicode scalar values.</summary>
    [Range(0, 100)]
    public int HiddenWords { get; init; } = 100;

    /// <summary>Relationships in one request of the host app. Default 500; each is two writes.</summary>
    [Range(1, 500)]
    public int Relationships { get; init; } = 500;

    /// <summary>Messages in one report. Default 20; each is copied with the five before and after.</summary>
    [Range(1, 20)]
    public int ReportedMessages { get; init; } = 20;

    /// <summary>
    /// The length of a report's note, of an appeal, and of a moderator's note, in Unicode scalar values. Default 1,000.
    /// </summary>
    [Range(1, 1000)]
    public int Note { get; init; } = 1000;

    /// <summary>The length of a decision's scope, and of the name of the rule that it goes by. Default 200.</summary>
    [Range(1, 200)]
    public int Rule { get; init; } = 200;

    /// <summary>How long somebody who left can report what they saw before. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan ReportWindow { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Mentions in one message. Default 50.</summary>
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

    /// <summary>
    /// The longest time between two messages of a member that a group's slow mode may ask for. Default 1 h; 0 allows none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowMode { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pinned messages of a conversation. Default 10.</summary>
    [Range(1, 50)]
    public int Pins { get; init; } = 10;

    /// <summary>How often a streak can be restored, from its beginning to its end. Default 3; 0 for never.</summary>
    [Range(0, 10)]
    public int StreakRestores { get; init; } = 3;

    /// <summary>Collections of a conversation. Default 50.</summary>
    [Range(0, 50)]
    public int Collections { get; init; } = 50;

    /// <summary>Items of a collection. Default 1,000, some 50 KB, which every change writes.</summary>
    [Range(1, 1000)]
    public int CollectionItems { get; init; } = 1000;

    /// <summary>Messages in one batch. Default 50.</summary>
    [Range(1, 50)]
    public int BatchMessages { get; init; } = 50;

    /// <summary>Conversations that one request forwards to. Default 10.</summary>
    [Range(1, 10)]
    public int ForwardTargets { get; init; } = 10;

    /// <summary>
    /// Messages of one conversation that a member can hide. Default 500, which adds 4 KB to the member document.
    /// </summary>
    [Range(1, 500)]
    public int HiddenMessages { get; init; } = 500;

    /// <summary>Scheduled messages of one member in one conversation. Default 100.</summary>
    [Range(1, 100)]
    public int ScheduledMessages { get; init; } = 100;

    /// <summary>Items on a page when the request gives no limit. Default 50.</summary>
    [Range(1, 100)]
    public int DefaultPage { get; init; } = 50;

    /// <summary>The most items on a page. Default 100.</summary>
    [Range(1, 100)]
    public int Page { get; init; } = 100;

    /// <summary>The size of a request body in bytes. Default 64 KB.</summary>
    [Range(1024, 64 * 1024)]
    public int RequestBody { get; init; } = 64 * 1024;

    /// <summary>
    /// Sends of a user at once, on one instance, before <see cref="SendsPerMinute"/> holds them. Default 60.
    /// </summary>
    [Range(1, 10000)]
    public int SendBurst { get; init; } = 60;

    /// <summary>
    /// Sends of a user a minute, on one instance. Default 60; 0 for any number. Each message of a batch and each target of a forward
    /// counts as one, as do edits, scheduled messages, votes, pins, and changes of a group's settings, roles and invite
    /// links and of one's profile.
    /// </summary>
    [Range(0, 60000)]
    public int SendsPerMinute { get; init; } = 60;

    /// <summary>Reactions of a user a minute, and taking them back, on one instance. Default 300; 0 for any number.</summary>
    [Range(0, 60000)]
    public int ReactionsPerMinute { get; init; } = 300;

    /// <summary>Presence queries of a user a minute, on one instance. Default 60; 0 for any number.</summary>
    [Range(0, 60000)]
    public int PresencePerMinute { get; init; } = 60;

    /// <summary>Searches for GIFs of a user a minute, on one instance. Default 60; 0 for any number.</summary>
    [Range(0, 60000)]
    public int GifSearchesPerMinute { get; init; } = 60;

    /// <summary>
    /// Requests of a user a minute for addresses of media, and for what may be seen of cards, on one instance. Default 300; 0 for any
    /// number.
    /// </summary>
    [Range(0, 60000)]
    public int LookupsPerMinute { get; init; } = 300;

    /// <summary>Groups that a user creates a day. Default 20; 0 for any number.</summary>
    [Range(0, 500)]
    public int GroupsPerDay { get; init; } = 20;

    /// <summary>
    /// Users whom a user adds to groups a day, not counting those of groups that they create. Default 200; 0 for any number.
    /// </summary>
    [Range(0, 1000)]
    public int AddsPerDay { get; init; } = 200;

    /// <summary>Groups that a user joins by links, or asks to join, a day. Default 50; 0 for any number.</summary>
    [Range(0, 500)]
    public int JoinsPerDay { get; init; } = 50;

    /// <summary>Strangers whom a user asks to be written to, or invites to groups, a day. Default 20; 0 for any number.</summary>
    [Range(0, 500)]
    public int FirstContactsPerDay { get; init; } = 20;

    /// <summary>The same for accounts that the host app calls new. Default 5; 0 for any number.</summary>
    [Range(0, 500)]
    public int NewAccountContactsPerDay { get; init; } = 5;

    /// <summary>First contacts of a user that wait for an answer at a time. Default 3; 0 for any number.</summary>
    [Range(0, 20)]
    public int OpenContacts { get; init; } = 3;

    /// <summary>The size of an uploaded image in bytes. Default 15 MB and at most that: it is decoded in memory.</summary>
    [Range(1, 15728640)]
    public int ImageBytes { get; init; } = 15728640;

    /// <summary>The size of an uploaded voice message in bytes. Default 2 MB and at most that: a minute of 256 kbit/s.</summary>
    [Range(1, 2097152)]
    public int VoiceBytes { get; init; } = 2097152;

    /// <summary>
    /// The size of an uploaded video in bytes. Default 100 MB and at most that: three minutes of 4.6 Mbit/s. The app reads and copies it.
    /// </summary>
    [Range(1, 104857600)]
    public int VideoBytes { get; init; } = 104857600;

    /// <summary>The size of an uploaded file that isn't shown, in bytes. Default 25 MB and at most that.</summary>
    [Range(1, 26214400)]
    public int FileBytes { get; init; } = 26214400;

    /// <summary>Attachments of one message. Default 9.</summary>
    [Range(1, 9)]
    public int Attachments { get; init; } = 9;

    /// <summary>Cards of one message. Default 5.</summary>
    [Range(1, 5)]
    public int Cards { get; init; } = 5;

    /// <summary>Cards that one request asks to be shown. Default 50; the host app is asked about ten at a time.</summary>
    [Range(1, 50)]
    public int UnfurledCards { get; init; } = 50;

    /// <summary>Addresses that one request asks for. Default 100.</summary>
    [Range(1, 100)]
    public int MediaUrls { get; init; } = 100;

    /// <summary>Sticker packs. Default 20; at most 50, as they are listed all at once.</summary>
    [Range(0, 50)]
    public int StickerPacks { get; init; } = 20;

    /// <summary>Stickers of a pack. Default 100.</summary>
    [Range(1, 100)]
    public int Stickers { get; init; } = 100;

    /// <summary>Uploads of a user a day. Default 100; 0 for any number.</summary>
    [Range(0, 500)]
    public int UploadsPerDay { get; init; } = 100;

    /// <summary>Bytes of the uploads of a user a day, as they are declared. Default 1 GB; 0 for any number.</summary>
    [Range(0, int.MaxValue)]
    public int UploadBytesPerDay { get; init; } = 1073741824;

    /// <summary>Uploads of a user that aren't completed, at a time. Default 20; at most 100, as they are stored in one document.</summary>
    [Range(1, 100)]
    public int OpenUploads { get; init; } = 20;

    /// <summary>Reports of a user a minute, on one instance. Default 10; 0 for any number.</summary>
    [Range(0, 60000)]
    public int ReportsPerMinute { get; init; } = 10;

    /// <summary>Reports of a user a day. Default 50; 0 for any number.</summary>
    [Range(0, 500)]
    public int ReportsPerDay { get; init; } = 50;

    /// <summary>
    /// Users who are restricted, suspended or banned. Default 100,000, some 54 MB in each instance. At the limit no further standing is
    /// given; what there is holds.
    /// </summary>
    [Range(1, 100000)]
    public int Standings { get; init; } = 100000;

    /// <summary>Pinned conversations of a user. Default 50; at most 100, which is one page.</summary>
    [Range(0, 100)]
    public int PinnedConversations { get; init; } = 50;
}
