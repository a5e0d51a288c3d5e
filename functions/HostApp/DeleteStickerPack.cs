using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>DELETE /host/sticker-packs/{p}</c>: nobody can send its stickers any more; 204. Messages keep theirs. Idempotent. Needs the role
/// <c>chat.host</c>.
/// </summary>
public sealed class DeleteStickerPack(StickerPackStore packs)
{
    [Function(nameof(DeleteStickerPack))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "host/sticker-packs/{packId}")] HttpRequest request,
        StickerPackId packId,
        CancellationToken cancellationToken)
    {
        if (packId != StickerPackId.None)
        {
            await packs.DeleteAsync(packId, cancellationToken);
        }

        return Results.NoContent();
    }
}
