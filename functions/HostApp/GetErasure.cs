using Chat.Functions.Erasure;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>GET /host/users/{u}/erasure</c>: how far a user's erasure is; once it is done, the certificate of it. 404 when none was asked for.
/// Needs the role <c>chat.host</c>.
/// </summary>
public sealed class GetErasure(ErasureStore erasures)
{
    [Function(nameof(GetErasure))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "host/users/{userId}/erasure")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken) =>
        userId != UserId.None && (await erasures.ReadAsync(userId, cancellationToken)).Document is { } erasure
            ? new JsonResult<ErasureView>(StatusCodes.Status200OK, ErasureView.Of(erasure), ChatJson.Default.ErasureView)
            : Problems.ErasureNotFound.ToResult();
}
