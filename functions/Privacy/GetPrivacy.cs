using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Privacy;

/// <summary><c>GET /me/privacy</c>: the caller's privacy settings.</summary>
public sealed class GetPrivacy(ChatContainers containers, CurrentUser user)
{
    [Function(nameof(GetPrivacy))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "me/privacy")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (settings, _) = await containers.Users.ReadDocumentAsync(
            PrivacySettings.DocumentId,
            new PartitionKey(user.Id.Value),
            ChatJson.Default.PrivacySettings,
            cancellationToken: cancellationToken);
        var view = PrivacyView.Of(settings ?? new PrivacySettings { UserId = user.Id });
        return new JsonResult<PrivacyView>(StatusCodes.Status200OK, view, ChatJson.Default.PrivacyView);
    }
}
