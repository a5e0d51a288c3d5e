using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Mutes;

/// <summary><c>DELETE /mutes/{u}</c>: takes a mute back; 204, even when there is none.</summary>
public sealed class UnmuteUser(Muting muting, CurrentUser user)
{
    [Function(nameof(UnmuteUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "mutes/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        if (userId != UserId.None)
        {
            await muting.SetAsync(user.Id, userId, isActive: false, cancellationToken);
        }

        return Results.NoContent();
    }
}
