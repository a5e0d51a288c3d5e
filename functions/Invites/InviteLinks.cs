using System.Text.Json.Serialization;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>A conversation's invite links: one document, so that their number and their uses are exact. There since the first was made.</summary>
public sealed record InviteLinks : ConversationDocument
{
    public const string DocumentId = "invites";

    public override string Id => DocumentId;

    /// <summary>A bound on the links that are used up and kept.</summary>
    private const int MaxUsedUp = 20;

    /// <summary>In the order in which they were made; those that are good for nothing any more go when one is made.</summary>
    public IReadOnlyList<InviteLink> Links { get; init; } = [];

    public InviteLinks LiveAt(DateTimeOffset now) => this with { Links = [.. Links.Where(link => link.IsLiveAt(now))] };

    /// <summary>
    /// The link that is good for letting somebody in; null when there is none. For whoever waits to be let in by this very link that is also one
    /// that is used up: they were one of its uses.
    /// </summary>
    /// <param name="hasAsked">Whether they asked to join by this link, and wait.</param>
    public InviteLink? Find(string linkId, bool hasAsked, DateTimeOffset now) =>
        Links.FirstOrDefault(link => link.LinkId == linkId && (hasAsked ? !link.IsExpiredAt(now) : link.IsLiveAt(now)));

    /// <summary>Whether somebody asked by a link: of requests of before it isn't known by which.</summary>
    public bool HasAsked(string linkId) => Links.Any(link => link.LinkId == linkId && link.HasAsked);

    /// <summary>The links with another one, unless it is there already or there are as many as there can be.</summary>
    public InviteLinks With(InviteLink link, int limit, DateTimeOffset now)
    {
        var live = LiveAt(now);
        var usedUp = Links.Where(one => one.HasAsked && !one.IsExpiredAt(now) && !one.IsLiveAt(now)).TakeLast(MaxUsedUp);
        return live.Links.Count >= limit || live.Links.Any(one => one.IsSameAs(link))
            ? this
            : this with { Links = [.. usedUp, .. live.Links, link] };
    }

    /// <summary>The links without one, if it is there.</summary>
    public InviteLinks Without(string linkId) =>
        Links.Any(link => link.LinkId == linkId) ? this with { Links = [.. Links.Where(link => link.LinkId != linkId)] } : this;

    /// <summary>The links after a link let somebody in, or ask.</summary>
    public InviteLinks WithUseOf(InviteLink used, bool hasAsked) => this with
    {
        Links = [.. Links.Select(link => link == used ? link with { Uses = link.Uses + 1, HasAsked = link.HasAsked || hasAsked } : link)],
    };
}

/// <summary>An invite link as it is stored.</summary>
/// <param name="LinkId">The hash of what it carries.</param>
/// <param name="Uses">How many it has let in, or let ask.</param>
public sealed record InviteLink(string LinkId, UserId CreatedBy, DateTimeOffset CreatedAt, int Uses)
{
    /// <summary>From when on it is good for nothing; null when never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>After how many it is good for nothing; null when never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxUses { get; init; }

    /// <summary>The hash of its maker and their <c>Idempotency-Key</c>; null when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyHash { get; init; }

    /// <summary>Whether somebody asked to join by it, so that it is kept for them when it is used up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasAsked { get; init; }

    /// <summary>Whether one request made both.</summary>
    public bool IsSameAs(InviteLink other) =>
        LinkId == other.LinkId || (KeyHash is not null && KeyHash == other.KeyHash);

    public bool IsExpiredAt(DateTimeOffset now) => ExpiresAt <= now;

    public bool IsLiveAt(DateTimeOffset now) => !IsExpiredAt(now) && !(Uses >= MaxUses);
}
