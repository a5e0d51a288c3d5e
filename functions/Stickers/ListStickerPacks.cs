using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Stickers;

/// <summary><c>GET /sticker-packs</c>: all packs with their stickers, ordered by id.</summary>
public sealed class ListStickerPacks(StickerPackStore packs)
{
    [Function(nameof(ListStickerPacks))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "sticker-packs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        new JsonResult<StickerPackList>(
            StatusCodes.Status200OK,
            new([.. (await packs.ListAsync(cancellationToken)).Select(StickerPackView.Of)]),
            ChatJson.Default.StickerPackList);
}

/// <summary>All sticker packs.</summary>
internal sealed record StickerPackList(IReadOnlyList<StickerPackView> StickerPacks);

/// <summary>A sticker pack as answers show it.</summary>
internal sealed record StickerPackView(StickerPackId PackId, string Title, IReadOnlyList<Sticker> Stickers)
{
    public static StickerPackView Of(StickerPack pack) => new(pack.PackId, pack.Title, pack.Stickers);
}
