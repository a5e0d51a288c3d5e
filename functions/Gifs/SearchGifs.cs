using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Gifs;

/// <summary><c>GET /gifs?q&amp;cursor&amp;limit</c>: GIFs that the host app finds; without <c>q</c> those that many like now.</summary>
public sealed class SearchGifs(HostGifs gifs)
{
    private const int DefaultLimit = 24;

    [Function(nameof(SearchGifs))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "gifs")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var words = query.Single("q") ?? "";
        if (words.EnumerateRunes().Count() > GifSearch.MaxWords)
        {
            query.Fault("q", "too_long", $"At most {GifSearch.MaxWords} Unicode scalar values.");
        }

        var cursor = query.Single("cursor");
        if (cursor is not null && !GifSearch.IsCursor(cursor))
        {
            query.Fault("cursor", "invalid", "Must be the cursor of an answer before.");
        }

        var search = new GifSearch(words.Trim(), cursor, query.Limit(DefaultLimit, GifSearch.MaxLimit));
        query.ThrowIfMalformed();
        return !gifs.IsOn ? Problems.GifsDisabled.ToResult()
            : await gifs.TryFindAsync(search, cancellationToken) is { } page
                ? new JsonResult<GifPage>(StatusCodes.Status200OK, page, ChatJson.Default.GifPage)
            : Problems.Unavailable.ToResult();
    }
}
