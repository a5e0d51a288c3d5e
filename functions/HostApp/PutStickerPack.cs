using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>PUT /host/sticker-packs/{p}</c>: the host app registers a pack of stickers, or changes it; 204. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class PutStickerPack(StickerPackStore packs, Limits limits)
{
    /// <summary>In characters, since messages keep it.</summary>
    private const int MaxUrl = 512;

    /// <summary>In Unicode scalar values, since messages keep it.</summary>
    private const int MaxDescription = 128;

    [Function(nameof(PutStickerPack))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "host/sticker-packs/{packId}")] HttpRequest request,
        StickerPackId packId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var pack = new StickerPack
        {
            PackId = packId,
            Title = body.Text("title", limits.Title),
            Stickers = [.. body.Objects("stickers", 1, limits.Stickers).Select(Read)],
        };
        if (pack.Stickers.DistinctBy(sticker => sticker.StickerId).Count() < pack.Stickers.Count)
        {
            body.Fault("/stickers", "repeated", "Each stickerId must be given once.");
        }

        body.ThrowIfMalformed();
        return packId == StickerPackId.None ? Problems.NotAChosenId("packId").ToResult()
            : await packs.TryWriteAsync(pack, limits.StickerPacks, cancellationToken) ? Results.NoContent()
            : Problems.LimitReached("stickerPacks", limits.StickerPacks).ToResult();
    }

    private static Sticker Read(RequestBody item) =>
        new(
            new StickerId(item.ChosenId("stickerId")),
            item.WebAddress("url", MaxUrl),
            item.Has("description") ? item.Text("description", MaxDescription) : null);
}
