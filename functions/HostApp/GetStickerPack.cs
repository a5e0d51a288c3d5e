using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary><c>GET /host/sticker-packs/{p}</c>: a pack as it is registered. Needs the role <c>chat.host</c>.</summary>
public sealed class GetStickerPack(StickerPackStore packs)
{
    [Function(nameof(GetStickerPack))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "host/sticker-packs/{packId}")] HttpRequest request,
        StickerPackId packId,
        CancellationToken cancellationToken) =>
        packId != StickerPackId.None && await packs.ReadAsync(packId, cancellationToken) is { } pack
            ? new JsonResult<StickerPackView>(StatusCodes.Status200OK, StickerPackView.Of(pack), ChatJson.Default.StickerPackView)
            : Problems.StickerNotFound.ToResult();
}
