using System.Text.Json.Serialization;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>A conversation's invite links: one document, so that their number and their uses are exact. There since the first was made.</summary>
public sealed record InviteLinks : ConversationDocument
{
    public const string DocumentId = "invites";

    public override string Id => DocumentId;

    /// <summary>In the order in which they were made; those that are good for nothing any more go with the next change.</summary>
    public IReadOnlyList<InviteLink> Links { get; init; } = [];

    public InviteLinks LiveAt(DateTimeOffset now) => this with { Links = [.. Links.Where(link => link.IsLiveAt(now))] };

    /// <summary>The link that is good for letting somebody in; null when there is none.</summary>
    public InviteLink? Find(string linkId, DateTimeOffset now) => Links.FirstOrDefault(link => link.LinkId == linkId && link.IsLiveAt(now));

    /// <summary>The links with another one, unless it is there already or there are as many as there can be.</summary>
    public InviteLinks With(InviteLink link, int limit, DateTimeOffset now)
    {
        var live = LiveAt(now);
        return live.Links.Count >= limit || live.Links.Any(one => one.IsSameAs(link)) ? this : live with { Links = [.. live.Links, link] };
    }

    /// <summary>The links without one, if it is there.</summary>
    public InviteLinks Without(string linkId) => Links.Any(link => link.LinkId == linkId) ? this with { Links = [.. Links.Where(link => link.LinkId != linkId)] } : this;

    /// <summary>The links after a link let somebody in.</summary>
    public InviteLinks WithUseOf(InviteLink used) => this with { Links = [.. Links.Select(link => link == used ? link with { Uses = link.Uses + 1 } : link)] };
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

    /// <summary>Whether one request made both.</summary>
    public bool IsSameAs(InviteLink other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return LinkId == other.LinkId || (KeyHash is not null && KeyHash == other.KeyHash);
    }

    public bool IsLiveAt(DateTimeOffset now) => !(ExpiresAt <= now) && !(Uses >= MaxUses);
}
