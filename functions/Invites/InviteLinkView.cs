using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>An invite link as the owner and admins see it.</summary>
/// <param name="LinkId">The id for revoking it.</param>
/// <param name="Uses">How many users joined or asked to join by it.</param>
internal sealed record InviteLinkView(string LinkId, UserId CreatedBy, DateTimeOffset CreatedAt, int Uses)
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
internal sealed record InviteLinkList(IReadOnlyList<InviteLinkView> InviteLinks);
