using Chat.Functions.Hooks;
using Chat.Functions.Media;
using Chat.Functions.Privacy;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>POST /conversations/{c}/messages/batch</c>: accepts messages in order, in one commit if they fit; 200 with a result for
/// each. If one can't be stored just now, none after it is tried. Idempotent by each <c>clientMessageId</c>.
/// </summary>
public sealed class SendBatch(
    MessageSender sender,
    PrivacyReader privacy,
    MessageViews views,
    MessageScreening screening,
    Attaching attaching,
    RequestRates rates,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(SendBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/messages/batch")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var items = body.Objects("messages", 1, limits.BatchMessages)
            .Select(item => (ClientMessageId: item.ClientId("clientMessageId"), Content: MessageContent.Read(item, limits)))
            .ToList();
        if (items.DistinctBy(one => one.ClientMessageId, StringComparer.Ordinal).Count() < items.Count)
        {
            body.Fault("/messages", "repeated", "Each clientMessageId must be given once.");
        }

        body.ThrowIfMalformed();
        if (rates.Sends.Take(user.Id, items.Count - 1, counted: 1) is { } refusal)
        {
            return refusal.ToResult();
        }

        var isReceipt = await privacy.ShowsReadAsync(user.Id, cancellationToken);
        var screened = await screening.ScreenAsync(conversationId, user.Id, items, cancellationToken);
        // One after the other: they may show the same files.
        var attached = new List<MessageContent>();
        foreach (var (item, content) in items.Zip(screened))
        {
            attached.Add(await attaching.AttachAsync(
                conversationId,
                user.Id,
                item.ClientMessageId,
                content,
                Session.Of(request),
                cancellationToken));
        }

        var messages = items
            .Zip(attached)
            .Select(one => new SendMessageCommand(conversationId, user.Id, one.First.ClientMessageId, one.Second, limits)
            {
                IsReceipt = isReceipt,
            })
            .ToList();
        var appended = await sender.SendAsync(conversationId, messages, Session.Of(request), cancellationToken);
        // Then it isn't the caller's conversation, or they may not reach the other one: the call as a whole is refused.
        if (appended[0].Refusal is { } common
            && (common == Problems.ConversationNotFound || common == Problems.CannotMessage || common == Problems.RequestPending)
            && appended.All(one => one.Refusal == common))
        {
            return common.ToResult();
        }

        var answer = new SendResults(await views.ResultsAsync(user.Id, appended, cancellationToken));
        return new JsonResult<SendResults>(
            StatusCodes.Status200OK,
            answer,
            ChatJson.Default.SendResults,
            appended.LastOrDefault(one => one.Session is not null)?.Session);
    }
}
