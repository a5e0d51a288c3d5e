using Chat.Functions.Comments;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The body of <c>PATCH /conversations/{c}</c>, a JSON merge patch (RFC 7396).</summary>
internal sealed record UpdateConversationRequest
{
    private const long LeastMessageTtl = 5;
    private const long MostMessageTtl = 90 * 24 * 60 * 60;

    public Merge<string> Title { get; init; }

    public Merge<string> Description { get; init; }

    public Merge<string> AvatarUrl { get; init; }

    public Merge<HistoryVisibility?> HistoryVisibility { get; init; }

    public Merge<JoinPolicy?> JoinPolicy { get; init; }

    public Merge<ChannelVisibility?> Visibility { get; init; }

    public Merge<int?> MessageTtl { get; init; }

    /// <summary>0 for none; null for the default.</summary>
    public Merge<int?> SlowModeSeconds { get; init; }

    public Merge<bool?> Comments { get; init; }

    /// <summary>Whether it changes a setting that direct conversations don't have.</summary>
    public bool IsOfGroups => Title.IsGiven || Description.IsGiven || AvatarUrl.IsGiven || HistoryVisibility.IsGiven || JoinPolicy.IsGiven
        || SlowModeSeconds.IsGiven || Visibility.IsGiven || Comments.IsGiven;

    /// <summary>Whether it changes a setting that channels don't have.</summary>
    public bool IsNotOfChannels => HistoryVisibility.IsGiven || JoinPolicy.IsGiven || MessageTtl.IsGiven;

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static UpdateConversationRequest Read(RequestBody body, Limits limits)
    {
        var change = new UpdateConversationRequest
        {
            Title = body.Merge("title", name => body.Text(name, limits.Title)),
            Description = body.Merge("description", name => body.Text(name, limits.Description)),
            AvatarUrl = body.Merge("avatarUrl", name => body.WebAddress(name, limits.AvatarUrl)),
            HistoryVisibility = body.Merge<HistoryVisibility?>(
                "historyVisibility",
                name => body.OneOf(name, "since-joining", "all") == "all"
                    ? Conversations.HistoryVisibility.All
                    : Conversations.HistoryVisibility.SinceJoining),
            JoinPolicy = body.Merge<JoinPolicy?>(
                "joinPolicy",
                name => body.OneOf(name, "open", "approval") == "approval"
                    ? Conversations.JoinPolicy.Approval
                    : Conversations.JoinPolicy.Open),
            Visibility = body.Merge<ChannelVisibility?>("visibility", name => ReadVisibility(body, name)),
            MessageTtl = body.Merge(
                "messageTtl",
                name => Seconds(body, name, LeastMessageTtl, MostMessageTtl, "or 0 for messages that stay")),
            SlowModeSeconds = body.Merge<int?>(
                "slowModeSeconds",
                name => Seconds(body, name, 1, (long)limits.SlowMode.TotalSeconds, "or 0 for no slow mode") ?? 0),
            Comments = body.Merge<bool?>("comments", name => body.Flag(name)),
        };
        if (change.Title is { IsGiven: true, Value: null })
        {
            body.Fault("/title", "missing", "A group has a title.");
        }

        return change;
    }

    /// <summary>The settings after the merge. Clearing a setting restores its default.</summary>
    public ConversationSettings ApplyTo(ConversationSettings settings) =>
        settings with
        {
            Title = Title.Or(settings.Title),
            Description = Description.Or(settings.Description),
            AvatarUrl = AvatarUrl.Or(settings.AvatarUrl),
            HistoryVisibility = HistoryVisibility.IsGiven ? HistoryVisibility.Value ?? default : settings.HistoryVisibility,
            JoinPolicy = JoinPolicy.IsGiven ? JoinPolicy.Value ?? default : settings.JoinPolicy,
            Visibility = Visibility.IsGiven ? Visibility.Value ?? default : settings.Visibility,
            MessageTtl = MessageTtl.Or(settings.MessageTtl),
            Comments = Comments.IsGiven ? Comments.Value ?? false : settings.Comments,
            SlowModeSeconds = !SlowModeSeconds.IsGiven ? settings.SlowModeSeconds
                : (SlowModeSeconds.Value ?? (settings.Comments is null ? 0 : CommentsOf.SlowMode)) is > 0 and var seconds ? seconds
                : null,
        };

    /// <summary>Reads who may follow a channel, and notes a fault on it.</summary>
    public static ChannelVisibility ReadVisibility(RequestBody body, string name) =>
        body.OneOf(name, "public", "private") == "private" ? ChannelVisibility.Private : ChannelVisibility.Public;

    private static int? Seconds(RequestBody body, string name, long least, long most, string orZero)
    {
        var seconds = body.Seq(name);
        if (seconds != 0 && (seconds < least || seconds > most))
        {
            body.Fault($"/{name}", "out_of_range", $"Must be {least} to {most} seconds, {orZero}.");
            return null;
        }

        return seconds == 0 ? null : (int)seconds;
    }
}
