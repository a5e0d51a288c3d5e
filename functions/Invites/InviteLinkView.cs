using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>An invite link as owner and admins see it.</summary>
/// <param name="LinkId">By which to delete it.</param>
/// <param name="Uses">How many it has let in, or let ask.</param>
public sealed record InviteLinkView(string LinkId, UserId CreatedBy, DateTimeOffset CreatedAt, int Uses)
{
    /// <summary>The secret that lets users in; only in the answer that created the link.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxUses { get; init; }

    public static InviteLinkView Of(InviteLink link) =>
        new(link.LinkId, link.CreatedBy, link.CreatedAt, link.Uses) { ExpiresAt = link.ExpiresAt, MaxUses = link.MaxUses };
}

/// <summary>A conversation's valid invite links, oldest first.</summary>
public sealed record InviteLinkList(IReadOnlyList<InviteLinkView> InviteLinks);
