namespace Chat.Functions.Acceptance.Api;

/// <content>What operations need beforehand, and by what their answers are told.</content>
internal sealed partial class World
{
    /// <summary>
    /// What has to have happened before an operation's examples, where that isn't enough: a line for an operation, or for one of
    /// its examples (<c>operation/example</c>).
    /// </summary>
    public static readonly Dictionary<string, Func<World, Task>> Before = new(StringComparer.Ordinal)
    {
        ["updateConversation/channel"] = world => world.ChannelAsync("alice"),
        ["subscribe"] = world => world.ChannelAsync(),
        ["unsubscribe"] = world => world.ChannelAsync(),
        ["watchChannel"] = async world =>
        {
            await world.ChannelAsync();
            await world.As("alice").FollowAsync(world.Values["conversationId"]());
        },
        ["openComments"] = world => world.PostsAsync(),
        ["listConversations"] = world => world.As("alice").CreateGroupAsync("Another", "bob"),
        ["listReactions"] = world => Task.WhenAll(world.ReactsAsync("bob"), world.ReactsAsync("carol")),
        ["removeReaction"] = world => world.ReactsAsync("alice"),
        ["listInviteLinks"] = world => world.InvitesAsync(),
        ["deleteInviteLink"] = world => world.InvitesAsync(),
        ["joinByInvite"] = world => world.InvitesAsync(),
        ["joinByInvite/Chat-Session"] = async world =>
        {
            await world.AskedAsync();
            world.Caller = "dave";
        },
        ["listJoinRequests"] = world => world.AskedAsync("dave", "erin"),
        ["approveJoinRequest"] = world => world.AskedAsync("dave"),
        ["rejectJoinRequest"] = world => world.AskedAsync("dave"),
        ["listMessages"] = world => world.SaysEverythingAsync(),
        ["forwardMessage"] = async world =>
        {
            var other = (await world.As("alice").CreateGroupAsync("Another", "bob")).ConversationId;
            world.Values["to"] = () => other;
        },
        ["listReplies"] = async world =>
        {
            await world.SaysAsync(new { text = "Hi", threadId = world.Message });
            await world.SaysAsync(new { text = "Hi again", threadId = world.Message });
        },
        ["sendMessage/sticker"] = world => world.RegistersAsync(),
        ["listStickerPacks"] = world => world.RegistersAsync(),
        ["getStickerPack"] = world => world.RegistersAsync(),
        ["deleteStickerPack"] = world => world.RegistersAsync(),
        ["getStreak"] = world => world.InDirectAsync(),
        ["listStreaks"] = world => world.InDirectAsync(),
        ["changeStreak"] = world => world.InDirectAsync(),
        ["restoreStreak"] = world => world.LosesStreakAsync(),
        ["listCollections"] = world => world.CollectsAsync(),
        ["deleteCollection"] = world => world.CollectsAsync(),
        ["listCollectionItems"] = world => world.CollectsAsync(),
        ["placeCollectionItem"] = world => world.CollectsAsync(),
        ["removeCollectionItem"] = world => world.CollectsAsync(),
        ["unpinMessage"] = world => world.PinsAsync(),
        ["listPins"] = world => world.PinsAsync(),
        ["voteInPoll"] = async world =>
        {
            var poll = await world.SaysAsync(
                new { poll = new { question = "When?", options = Enumerable.Range(1, 10).Select(day => $"Day {day}"), multiple = true } });
            world.Values["messageId"] = () => poll;
        },
        ["unfurlCards"] = async world =>
        {
            var shared = await world.SaysAsync(new { cards = new[] { new { type = "video", id = "v-1", title = "Lisbon by tram" } } });
            world.Values["messageId"] = () => shared;
        },
        ["giveMediaVerdict"] = world => world.UploadsAsync(isReady: true),
        ["completeUpload"] = world => world.UploadsAsync(),
        ["sendMessage/photo"] = world => world.UploadsAsync(),
        ["getMediaUrls"] = async world =>
        {
            await world.UploadsAsync();
            var photo = await world.SaysAsync(new { attachments = new[] { new { mediaId = world.Values["mediaId"]() } } });
            world.Values["messageId"] = () => photo;
        },
        ["signOut"] = world =>
        {
            // Alice's devices are to hear of what the others do.
            world.Caller = "dave";
            return Task.CompletedTask;
        },
        ["changePrivacy"] = world =>
        {
            // Strangers are to reach alice all the while.
            world.Caller = "dave";
            return Task.CompletedTask;
        },
        ["listRequests"] = async world =>
        {
            await world.AsksAsync("dave");
            await world.AsksAsync("erin");
        },
        ["acceptRequest"] = world => world.AsksAsync("dave"),
        ["declineRequest"] = world => world.AsksAsync("erin"),
        ["listBlocks"] = world => world.AboutTwoAsync("blocks"),
        ["listMutes"] = world => world.AboutTwoAsync("mutes"),
        ["listRestrictions"] = world => world.AboutTwoAsync("restrictions"),

        // Not one of those who talk in all the other worlds.
        ["eraseUser"] = world => world.NamesAsync($"nobody-{Guid.NewGuid():N}"),
        ["getErasure"] = world => world.ErasesAsync(),
        ["cancelErasure"] = world => world.ErasesAsync(),
        ["blockUser"] = world => world.NamesAsync($"nobody-{Guid.NewGuid():N}"),
        ["restrictUser"] = world => world.NamesAsync($"nobody-{Guid.NewGuid():N}"),
        ["listCases"] = async world =>
        {
            await world.ReportsAsync("alice");
            await world.ReportsAsync("bob", "carol");
        },
        ["getCase"] = world => world.ReportsAsync("alice"),
        ["claimCase"] = world => world.ReportsAsync("alice"),
        ["decideCase"] = world => world.ReportsAsync("alice"),
        ["listDecisions"] = world => world.DecidesAsync(),
        ["appealDecision"] = world => world.DecidesAsync(),
        ["listScheduled"] = world => world.SchedulesAsync(),
        ["cancelScheduled"] = world => world.SchedulesAsync(),
    };

    /// <summary>What tells the events that no example causes: a line for an event.</summary>
    public static readonly Dictionary<string, Func<World, Task>> ToldBy = new(StringComparer.Ordinal)
    {
        // Whoever wrote the example's message has read it, mostly before the example says so.
        ["receipt.read"] = world => world.As("bob").MarkReadAsync(world.Conversation, 1),
        ["member.left"] = world => world.As("alice").DoAsync("DELETE", $"/api/conversations/{world.Conversation}/members/alice"),
        ["message.counts"] = async world =>
        {
            await Before["watchChannel"](world);
            var channel = world.Values["conversationId"]();
            await world.As("alice").AskAsync("POST", $"/api/channels/{channel}/watch");
            var post = await world.As("dave").SendAsync(channel, "Hello");
            await world.As("alice").AskAsync("PUT", $"/api/conversations/{channel}/messages/{post.MessageId}/reactions/:like:");
        },
        ["entry.hidden"] = async world =>
        {
            await Before["watchChannel"](world);
            var channel = world.Values["conversationId"]();
            await world.As("alice").AskAsync("POST", $"/api/channels/{channel}/watch");
            await world.As("dave").DoAsync("POST", $"/api/conversations/{channel}/members", new { members = new[] { "carol" } });
        },
    };
}
