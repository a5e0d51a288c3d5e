using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Blocks;

/// <summary><c>GET /blocks</c>: whom the caller blocks, ordered by user id, in pages.</summary>
public sealed class ListBlocks(BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(ListBlocks))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "blocks")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        // One more than asked for tells whether there is a next page.
        var found = await store.PageAsync(Block.Of, user.Id, after, limit + 1, cancellationToken);
        var page = found.Take(limit).Select(block => new BlockView(block.OtherUserId, block.At)).ToList();
        return new JsonResult<BlockPage>(
            StatusCodes.Status200OK,
            new BlockPage(page, found.Count > limit ? page[^1].UserId : null),
            ChatJson.Default.BlockPage);
    }
}

/// <summary>A page of those whom the caller blocks.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record BlockPage(IReadOnlyList<BlockView> Blocks, UserId? Continuation);

/// <summary>A user whom the caller blocks, mutes or restricts.</summary>
/// <param name="At">Since when.</param>
internal sealed record BlockView(UserId UserId, DateTimeOffset At);
