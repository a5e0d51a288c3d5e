using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.People;

/// <summary>
/// <c>POST /users/profiles</c>: names and pictures of up to 100 users; 200. It lists only the caller and those with whom the caller
/// shares a direct conversation, or the given one, now or before.
/// </summary>
public sealed class ListProfiles(AcquaintedUsers acquainted, PersonStore people, Limits limits, CurrentUser user)
{
    [Function(nameof(ListProfiles))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "users/profiles")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var users = body.UserIds("users") ?? [];
        if (users.Count > limits.Profiles)
        {
            body.Fault("/users", "too_many", $"At most {limits.Profiles} users.");
        }

        var conversation = body.OptionalConversationId("conversationId");
        body.ThrowIfMalformed();

        if (await acquainted.AmongAsync(user.Id, users, conversation, Session.Of(request), cancellationToken) is not { } known)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var found = (await people.OfAsync(known, cancellationToken)).ToDictionary(person => person.UserId);
        var list = new ProfileList(
            [.. known.Select(one => ProfileView.Of(found.GetValueOrDefault(one) ?? new Person { UserId = one }))]);
        return new JsonResult<ProfileList>(StatusCodes.Status200OK, list, ChatJson.Default.ProfileList);
    }
}

/// <summary>The profiles of those whom the caller may see, in the order asked for.</summary>
internal sealed record ProfileList(IReadOnlyList<ProfileView> Profiles);
