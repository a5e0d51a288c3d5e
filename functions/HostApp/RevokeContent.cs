using Chat.Functions.Cards;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>POST /host/content/{type}/{id}/revoke</c>: the host app took a thing down, for good; 204. No message shows anything of it within
/// seconds, and it can't be sent any more. Idempotent. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class RevokeContent(CardTakedown takedown)
{
    [Function(nameof(RevokeContent))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "host/content/{type}/{contentId}/revoke")] HttpRequest request,
        string type,
        ContentId contentId,
        CancellationToken cancellationToken)
    {
        if (!CardOptions.IsType(type) || contentId == ContentId.None)
        {
            return (CardOptions.IsType(type) ? Problems.NotContent : Problems.NotACardType).ToResult();
        }

        await takedown.BeginAsync(Card.KeyOf(type, contentId), cancellationToken);
        return Results.NoContent();
    }
}
