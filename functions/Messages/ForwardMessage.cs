using Chat.Functions.Hooks;
using Chat.Functions.Media;
using Chat.Functions.Privacy;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>POST /conversations/{c}/messages/{m}/forward</c>: sends a message's text, attachments, cards, place and sticker to other
/// conversations, without saying where it came from; 200 with a result for each. A place is forwarded rounded: how exact it was, was for
/// those whom it was sent to. Polls and disappearing messages can't be forwarded. Idempotent by <c>clientMessageId</c>.
/// </summary>
public sealed class ForwardMessage(
    MessageSender sender,
    PrivacyReader privacy,
    MessageReader messages,
    MessageViews views,
    MessageScreening screening,
    Attaching attaching,
    RequestRates rates,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(ForwardMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/messages/{messageId}/forward")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var clientMessageId = body.ClientId("clientMessageId");
        var targets = body.ConversationIds("to", limits.ForwardTargets);
        body.ThrowIfMalformed();
        if (rates.Sends.Take(user.Id, targets.Count - 1, counted: 1) is { } rateRefusal)
        {
            return rateRefusal.ToResult();
        }

        var (message, _, refusal) = await messages.ReadForAsync(user.Id, conversationId, messageId, Session.Of(request), cancellationToken);
        if (message is null)
        {
            return refusal!.ToResult();
        }

        if (message.IsUnsent || message.Poll is not null || message.ExpiresAt is not null)
        {
            return (message.IsUnsent ? Problems.MessageUnsent : Problems.NotAllowed).ToResult();
        }

        if (message.Held is not null)
        {
            return Problems.MessageHeld.ToResult();
        }

        var content = new MessageContent
        {
            Text = message.Text,
            Attachments = message.Attachments?.Select(one => new AttachedMedia(one.MediaId)).ToList(),
            Cards = message.Cards,
            Location = message.Location?.ToForward(),
            Sticker = message.Sticker is { } sticker ? new ChosenSticker(sticker.PackId, sticker.StickerId) : null,
            ForwardedFrom = message.MessageId,
        };

        // Sending raises the sender's read watermark, in every target.
        var isReceipt = await privacy.ShowsReadAsync(user.Id, cancellationToken);
        var results = await Task.WhenAll(targets.Select(async target =>
        {
            // Screened again: the lists may have changed since it was sent.
            var screened = await screening.ScreenAsync(target, user.Id, clientMessageId, content, cancellationToken);
            var attached = await attaching.AttachAsync(
                target,
                user.Id,
                clientMessageId,
                screened,
                Session.Of(request),
                cancellationToken);
            var sent = new SendMessageCommand(target, user.Id, clientMessageId, attached, limits) { IsReceipt = isReceipt };
            var appended = await sender.SendAsync(target, sent, Session.Of(request), cancellationToken);
            return (
                Result: (await views.ResultsAsync(user.Id, [appended], cancellationToken))[0] with { ConversationId = target },
                appended.Session);
        }));
        return new JsonResult<SendResults>(
            StatusCodes.Status200OK,
            new SendResults([.. results.Select(one => one.Result)]),
            ChatJson.Default.SendResults,
            Session.Of(results.Select(one => one.Session)));
    }
}
