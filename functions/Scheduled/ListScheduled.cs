using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Scheduled;

/// <summary><c>GET /conversations/{c}/scheduled</c>: the caller's scheduled messages, the next due first.</summary>
public sealed class ListScheduled(ConversationReader reader, ChatContainers containers, CurrentUser user)
{
    [Function(nameof(ListScheduled))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/scheduled")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var found = await FindAsync(containers, part.Member, cancellationToken);
        var page = new ScheduledPage([.. found.OrderBy(scheduled => scheduled.DueAt).Select(ScheduledView.Of)]);
        return new JsonResult<ScheduledPage>(StatusCodes.Status200OK, page, ChatJson.Default.ScheduledPage);
    }

    /// <summary>A member's scheduled messages of their current membership.</summary>
    internal static async Task<List<ScheduledMessage>> FindAsync(
        ChatContainers containers,
        Member sender,
        CancellationToken cancellationToken)
    {
        var prefix = ScheduledMessage.Prefix(sender.UserId);

        // Another user's id may begin with this user's id and a colon, so the prefix isn't enough.
        var query = new QueryDefinition("SELECT * FROM c WHERE c.id > @from AND c.id < @end AND c.senderId = @sender ORDER BY c.id")
            .WithParameter("@from", prefix)
            .WithParameter("@end", prefix[..^1] + ';')
            .WithParameter("@sender", sender.UserId.Value);
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(sender.ConversationId.Value),
            ChatJson.Default.DocumentsPageScheduledMessage,
            cancellationToken: cancellationToken).Where(scheduled => scheduled.IsOf(sender)).ToListAsync(cancellationToken);
    }
}
