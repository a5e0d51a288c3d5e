using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.People;

/// <summary>
/// <c>PATCH /me/profile</c>: changes the caller's name and picture; absent fields stay, null clears. 200 with the profile. Only where
/// <c>Trust__Mode</c> is <c>open</c>: otherwise the host app says who people are.
/// </summary>
public sealed class ChangeProfile(
    PersonStore people,
    NamesPush names,
    TextScreening screening,
    TrustOptions trust,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(ChangeProfile))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "me/profile")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var displayName = body.Merge("displayName", name => body.Text(name, limits.DisplayName));
        var avatarUrl = body.Merge("avatarUrl", name => body.WebAddress(name, limits.AvatarUrl));
        body.ThrowIfMalformed();
        if (!trust.IsOpen)
        {
            return Problems.NotAllowed.ToResult();
        }

        var (said, refusal) = await screening.ScreenAsync(
            user.Id,
            null,
            [new(SaidText.DisplayName, displayName.Value), new(SaidText.AvatarUrl, avatarUrl.Value)],
            cancellationToken);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        displayName = displayName with { Value = said[0] };
        var (before, after) = await people.ChangeAsync(user.Id, Change, cancellationToken);
        await names.PushAsync(before, after, cancellationToken);
        return new JsonResult<ProfileView>(StatusCodes.Status200OK, ProfileView.Of(after), ChatJson.Default.ProfileView);

        Person Change(Person known)
        {
            if (known.State == PersonState.Erased)
            {
                return known;
            }

            var changed = known with { DisplayName = displayName.Or(known.DisplayName), AvatarUrl = avatarUrl.Or(known.AvatarUrl) };
            return changed == known ? known : changed with { Version = known.Version + 1 };
        }
    }
}
