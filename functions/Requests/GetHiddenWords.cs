using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary><c>GET /me/hidden-words</c>: the words by which requests to the caller are hidden.</summary>
public sealed class GetHiddenWords(HiddenWordsStore store, CurrentUser user)
{
    [Function(nameof(GetHiddenWords))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "me/hidden-words")] HttpRequest request,
        CancellationToken cancellationToken) =>
        new JsonResult<HiddenWordList>(
            StatusCodes.Status200OK,
            new HiddenWordList(await store.ReadAsync(user.Id, cancellationToken)),
            ChatJson.Default.HiddenWordList);
}

/// <summary>The caller's own hidden words, in their order.</summary>
internal sealed record HiddenWordList(IReadOnlyList<string> Words);
