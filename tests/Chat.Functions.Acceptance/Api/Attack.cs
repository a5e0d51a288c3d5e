namespace Chat.Functions.Acceptance.Api;

/// <summary>A request that must be refused.</summary>
/// <param name="What">What is wrong with it.</param>
/// <param name="IsAboutIt">
/// Whether a refusal says that; null when there is nothing wrong after all, so that only a failure would be.
/// </param>
internal sealed record Attack(ApiRequest Request, string What, Func<ApiAnswer, bool>? IsAboutIt)
{
    /// <summary>Whether 204 is right too: what can't be there is as good as taken away.</summary>
    public bool IsAsDone { get; init; }

    /// <summary>Sends it; what isn't right about the answer, or null.</summary>
    public async Task<string?> TryAsync(HttpClient http)
    {
        var answer = await Request.SendAsync(http);
        return IsRight(answer) ? null : string.Join(
            ", ",
            new[] { $"{Request.Method} {Request.Target}", What, $"{answer}" }.Select(text => text.Length > 300 ? $"{text[..300]}…" : text));
    }

    /// <summary>The refusal has one of these codes.</summary>
    public static Func<ApiAnswer, bool> Says(params IReadOnlyList<string> codes) => answer => codes.Contains(answer.Code);

    /// <summary>The refusal names a parameter, or says that nothing is where it leads.</summary>
    public static Func<ApiAnswer, bool> Names(string parameter) =>
        answer => answer.Code.EndsWith("_not_found", StringComparison.Ordinal) || answer.Faults.Any(fault => fault.Pointer == parameter);

    /// <summary>
    /// The refusal points to a place in the body, or into it; for an item perhaps to its array. What says neither a text nor a poll
    /// nor attaches anything misses the text.
    /// </summary>
    public static Func<ApiAnswer, bool> PointsTo(string place)
    {
        var array = char.IsDigit(place[^1]) ? place[..place.LastIndexOf('/')] : null;
        var instead = place is "/poll" or "/attachments" or "/cards" or "/sticker" or "/location" ? "/text" : null;
        return answer => answer.Faults.Any(fault => fault.Pointer == array || fault.Pointer == instead || $"{fault.Pointer}/".StartsWith(
            $"{place}/", StringComparison.Ordinal));
    }

    private bool IsRight(ApiAnswer answer)
    {
        if (IsAboutIt is null)
        {
            return answer.Status < 300;
        }

        if (IsAsDone && answer.Status == 204)
        {
            return true;
        }

        // What isn't the operation's any more it doesn't document; an answer to HEAD has no code.
        return answer is { Status: >= 400 and < 500, MediaType: "application/problem+json" }
            && IsAboutIt(answer)
            && (answer.Code is "route_not_found" or "method_not_allowed" or "" || !Request.Operation.FaultsOf(answer).Any());
    }
}
