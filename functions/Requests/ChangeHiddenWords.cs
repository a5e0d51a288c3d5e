using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>PUT /me/hidden-words</c>: replaces the words by which requests to the caller are hidden, from the next one on; 204. Idempotent.
/// </summary>
public sealed class ChangeHiddenWords(HiddenWordsStore store, Limits limits, CurrentUser user)
{
    /// <summary>The length of a word, in Unicode scalar values; as in word lists.</summary>
    private const int MaxWord = 64;

    [Function(nameof(ChangeHiddenWords))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "me/hidden-words")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var words = body.Texts("words", 0, limits.HiddenWords, MaxWord);
        body.ThrowIfMalformed();

        await store.WriteAsync(new HiddenWords { UserId = user.Id, Words = words }, cancellationToken);
        return Results.NoContent();
    }
}
