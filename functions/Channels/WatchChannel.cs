using Chat.Functions.Conversations;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Channels;

/// <summary>
/// <c>POST /channels/{c}/watch</c>: pushes what happens in a channel, or in the comments on a post, to the caller's connections for five to
/// ten minutes; 200 with until when. For who has it on the screen, and sees it.
/// </summary>
public sealed class WatchChannel(ConversationReader reader, WatchGroups groups, CurrentUser user, ILogger<WatchChannel> logger)
{
    [Function(nameof(WatchChannel))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "channels/{conversationId}/watch")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var session = Session.Of(request);
        if (await SeesAsync(conversationId, session, cancellationToken) is not { } seen)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        DateTimeOffset until;
        try
        {
            until = seen.CommentsOf is { } of
                ? await groups.JoinCommentsAsync(user.Id, of.Channel, conversationId, cancellationToken)
                : await groups.JoinAsync(user.Id, conversationId, cancellationToken);
        }
        catch (RealtimeException exception)
        {
            logger.WatchFailed(exception);
            return Problems.Unavailable.ToResult();
        }

        return await SeesStillAsync(conversationId, seen)
            ? new JsonResult<Watching>(StatusCodes.Status200OK, new(until), ChatJson.Default.Watching)
            : Problems.ConversationNotFound.ToResult();
    }

    /// <summary>
    /// Whether the caller sees it by everything that is stored by now. If not, or if that can't be told, they watch no more: they may have
    /// been taken out in between, by whichever instance, and from the group before they were in it. A caller who is gone is looked at, too.
    /// </summary>
    private async Task<bool> SeesStillAsync(ConversationId conversation, Head seen)
    {
        var seesStill = false;
        try
        {
            await Task.WhenAll(
                reader.RefreshPartAsync(user.Id, seen.CommentsOf?.Channel ?? conversation, CancellationToken.None),
                seen.CommentsOf is null ? Task.CompletedTask : reader.RefreshSessionAsync(conversation, CancellationToken.None));
            seesStill = await SeesAsync(conversation, session: null, CancellationToken.None) is not null;
        }
        finally
        {
            if (!seesStill)
            {
                await groups.TryLeaveAsync(user.Id, conversation, CancellationToken.None);
            }
        }

        return seesStill;
    }

    private async Task<Head?> SeesAsync(ConversationId channel, Session? session, CancellationToken cancellationToken) =>
        await reader.ReadAsReaderAsync(user.Id, channel, session, cancellationToken) is { Head: { IsWatched: true } head } ? head : null;
}

/// <summary>The answer to who watches.</summary>
/// <param name="Until">Until when they are pushed to, unless they ask again.</param>
internal sealed record Watching(DateTimeOffset Until);
