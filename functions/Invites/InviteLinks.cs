using System.Text.Json.Serialization;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>
/// A conversation's invite links. They are one document, so that their number and uses are exact. It exists from the first link
/// on.
/// </summary>
public sealed record InviteLinks : ConversationDocument
{
    public const string DocumentId = "invites";

    public override string Id => DocumentId;

    /// <summary>Bounds the used-up links that are kept for pending join requests, and for who came to a channel by them.</summary>
    private const int MaxUsedUp = 20;

    /// <summary>Oldest first. Creating a link drops invalid ones.</summary>
    public IReadOnlyList<InviteLink> Links { get; init; } = [];

    public InviteLinks LiveAt(DateTimeOffset now) => this with { Links = [.. Links.Where(link => link.IsLiveAt(now))] };

    /// <summary>
    /// The link if it is valid for a user; null otherwise. A user who asked to join by this link is one of its uses, so for them
    /// a used-up link is valid too.
    /// </summary>
    /// <param name="hasAsked">Whether the user asked to join by this link and waits for a decision.</param>
    public InviteLink? Find(string linkId, bool hasAsked, DateTimeOffset now) =>
        Links.FirstOrDefault(link => link.LinkId == linkId && (hasAsked ? !link.IsExpiredAt(now) : link.IsLiveAt(now)));

    /// <summary>Whether anybody asked to join by a link. Older join requests don't say by which link they came.</summary>
    public bool HasAsked(string linkId) => Links.Any(link => link.LinkId == linkId && link.HasAsked);

    /// <summary>Who made a link; null when there is no such link.</summary>
    public UserId? MakerOf(string linkId) => Links.FirstOrDefault(link => link.LinkId == linkId)?.CreatedBy;

    /// <summary>The links after one is created; unchanged when it exists or the limit is reached.</summary>
    public InviteLinks With(InviteLink link, int limit, DateTimeOffset now)
    {
        var live = LiveAt(now);
        var usedUp = Links.Where(one => one.HasAsked && !one.IsExpiredAt(now) && !one.IsLiveAt(now)).TakeLast(MaxUsedUp);
        return live.Links.Count >= limit || live.Links.Any(one => one.IsSameAs(link))
            ? this
            : this with { Links = [.. usedUp, .. live.Links, link] };
    }

    /// <summary>The links after one is revoked; unchanged when it doesn't exist.</summary>
    public InviteLinks Without(string linkId) =>
        Links.Any(link => link.LinkId == linkId) ? this with { Links = [.. Links.Where(link => link.LinkId != linkId)] } : this;

    /// <summary>The links after a user joined or asked to join by one.</summary>
    public InviteLinks WithUseOf(InviteLink used, bool hasAsked) => this with
    {
        Links = [.. Links.Select(link => link == used ? link with { Uses = link.Uses + 1, HasAsked = link.HasAsked || hasAsked } : link)],
    };
}

/// <summary>
/// That a user came to a channel by a link, as its followers have no document there. It is one with the use that it counts for, so that a
/// repeat, whatever failed before, is the same use.
/// </summary>
/// <param name="UserId">Who came.</param>
/// <param name="LinkId">By which link.</param>
public sealed record InviteUse(UserId UserId, string LinkId) : ConversationDocument
{
    /// <summary>How long a repeat is the same use, in seconds.</summary>
    private const int Lifetime = 24 * 60 * 60;

    public override string Id => DocumentId(UserId, LinkId);

    public static InviteUse Of(ConversationId channel, UserId user, string linkId) =>
        new(user, linkId) { ConversationId = channel, TimeToLive = Lifetime };

    public static string DocumentId(UserId user, string linkId) => $"invite:{linkId}:{user.Value}";
}

/// <summary>An invite link as stored.</summary>
/// <param name="LinkId">The hash of its secret.</param>
/// <param name="Uses">How many it has let in, or let ask.</param>
public sealed record InviteLink(string LinkId, UserId CreatedBy, DateTimeOffset CreatedAt, int Uses)
{
    /// <summary>When it expires; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many uses it allows; null for any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxUses { get; init; }

    /// <summary>The hash of its creator and their <c>Idempotency-Key</c>; null without a key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyHash { get; init; }

    /// <summary>
    /// Whether anybody asked to join by it, or came to a channel. It is then kept when it is used up: they may come by it once more.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasAsked { get; init; }

    /// <summary>Whether the same request created both.</summary>
    public bool IsSameAs(InviteLink other) =>
        LinkId == other.LinkId || (KeyHash is not null && KeyHash == other.KeyHash);

    public bool IsExpiredAt(DateTimeOffset now) => ExpiresAt <= now;

    public bool IsLiveAt(DateTimeOffset now) => !IsExpiredAt(now) && !(Uses >= MaxUses);
}
