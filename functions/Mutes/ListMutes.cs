using Chat.Functions.Blocks;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Mutes;

/// <summary><c>GET /mutes</c>: whom the caller mutes, ordered by user id, in pages.</summary>
public sealed class ListMutes(BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(ListMutes))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "mutes")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        // One more than asked for tells whether there is a next page.
        var found = await store.PageAsync(Block.Mute, user.Id, after, limit + 1, cancellationToken);
        var page = found.Take(limit).Select(mute => new BlockView(mute.OtherUserId, mute.At)).ToList();
        return new JsonResult<MutePage>(
            StatusCodes.Status200OK,
            new MutePage(page, found.Count > limit ? page[^1].UserId : null),
            ChatJson.Default.MutePage);
    }
}

/// <summary>A page of those whom the caller mutes.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record MutePage(IReadOnlyList<BlockView> Mutes, UserId? Continuation);
