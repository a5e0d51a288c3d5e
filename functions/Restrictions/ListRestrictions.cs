using Chat.Functions.Blocks;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Restrictions;

/// <summary><c>GET /restrictions</c>: whom the caller restricts, ordered by user id, in pages.</summary>
public sealed class ListRestrictions(BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(ListRestrictions))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "restrictions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        // One more than asked for tells whether there is a next page.
        var found = await store.PageAsync(Block.Restriction, user.Id, after, limit + 1, cancellationToken);
        var page = found.Take(limit).Select(restriction => new BlockView(restriction.OtherUserId, restriction.At)).ToList();
        return new JsonResult<RestrictionPage>(
            StatusCodes.Status200OK,
            new RestrictionPage(page, found.Count > limit ? page[^1].UserId : null),
            ChatJson.Default.RestrictionPage);
    }
}

/// <summary>A page of those whom the caller restricts.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record RestrictionPage(IReadOnlyList<BlockView> Restrictions, UserId? Continuation);
