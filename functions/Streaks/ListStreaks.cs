using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Streaks;

/// <summary>
/// <c>GET /streaks?conversations=a,b</c>: how the streaks of up to 50 direct conversations stand now. Those that aren't direct, or aren't
/// the caller's, are left out.
/// </summary>
/// <remarks>For lists: one call instead of one for each conversation on the screen. Each costs the read of its head.</remarks>
public sealed class ListStreaks(ConversationReader reader, TimeProvider time, CurrentUser user)
{
    /// <summary>A page of the list by default.</summary>
    private const int MostAtOnce = 50;

    [Function(nameof(ListStreaks))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "streaks")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var conversations = query.ConversationIds("conversations", MostAtOnce);
        query.ThrowIfMalformed();

        var session = Session.Of(request);
        var heads = await Task.WhenAll(conversations.Select(one => reader.ReadHeadForAsync(user.Id, one, session, cancellationToken)));
        var now = time.GetUtcNow();
        return new JsonResult<StreakList>(
            StatusCodes.Status200OK,
            new([
                .. heads.OfType<Head>().Where(head => head.Kind == ConversationKind.Direct)
                    .Select(head => new ConversationStreak(head.ConversationId, StreakView.Of(head, now))),
            ]),
            ChatJson.Default.StreakList);
    }
}

/// <summary>The streaks of the conversations that the caller asked for, in their order.</summary>
internal sealed record StreakList(IReadOnlyList<ConversationStreak> Streaks);

/// <summary>One conversation's streak.</summary>
internal sealed record ConversationStreak(ConversationId ConversationId, StreakView Streak);
