using Chat.Functions.Blocks;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Presence;

/// <summary>
/// <c>GET /presence?users=a,b&amp;conversationId=</c>: who of up to 50 users is online, and when they were last seen. It lists
/// only users who wrote in a direct conversation with the caller or share the given one, and only while both share their
/// presence and neither blocks the other.
/// </summary>
public sealed class GetPresence(
    VisibleUsers visibleUsers,
    PrivacyReader privacy,
    BlockReader blocks,
    PresenceCache presence,
    LastSeen lastSeen,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(GetPresence))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "presence")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (users, conversation) = (query.UserIds("users", limits.PresenceUsers), query.Single("conversationId"));
        query.ThrowIfMalformed();

        if (await visibleUsers.AmongAsync(user.Id, users, conversation, Session.Of(request), cancellationToken) is not { } known)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var settings = await privacy.OfAsync([.. known, user.Id], cancellationToken);
        // A direct conversation's head says it.
        var apart = await blocks.ApartAsync(user.Id, conversation is null ? [] : known, cancellationToken);
        IReadOnlyList<UserId> visible = settings[user.Id].Presence
            ? [.. known.Where(one => settings[one].Presence && !apart.Contains(one))]
            : [];
        if (await presence.AreThereAsync(visible, cancellationToken) is not { } areThere)
        {
            return Problems.Unavailable.ToResult();
        }

        var seen = await lastSeen.OfAsync(visible, cancellationToken);
        var answer = new PresenceList([.. visible.Select(one => new PresenceView(one, areThere[one], seen.GetValueOrDefault(one)))]);
        return new JsonResult<PresenceList>(StatusCodes.Status200OK, answer, ChatJson.Default.PresenceList);
    }
}

/// <summary>The presence of the users whom the caller may see.</summary>
internal sealed record PresenceList(IReadOnlyList<PresenceView> Presence);

/// <summary>One user's presence.</summary>
/// <param name="Online">Whether any device is connected; up to 15 s old.</param>
/// <param name="LastSeenAt">When they last called, rounded down to five minutes; null when unknown.</param>
internal sealed record PresenceView(UserId UserId, bool Online, DateTimeOffset? LastSeenAt);
