using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>
/// Appends answers to requests. The list of requests has no session to give, so a caller may know of a request that no replica at hand
/// shows: an answer is refused as not found only on the newest state.
/// </summary>
public sealed class RequestAnswers(ConversationReader reader)
{
    /// <param name="conversation">The request.</param>
    /// <param name="append">Appends the answer by a session.</param>
    /// <param name="session">What the caller has seen.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<AppendResult> AppendAsync(
        ConversationId conversation,
        Func<Session?, Task<AppendResult>> append,
        Session? session,
        CancellationToken cancellationToken)
    {
        var answered = await append(session);
        if (IsNotFound(answered))
        {
            await reader.RefreshSessionAsync(conversation, cancellationToken);
            answered = await append(null);
        }

        return IsNotFound(answered) ? AppendResult.Refused(Problems.RequestNotFound) : answered;
    }

    private static bool IsNotFound(AppendResult answered) =>
        answered.Refusal == Problems.RequestNotFound || answered.Refusal == Problems.ConversationNotFound;
}
