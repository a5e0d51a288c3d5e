using Chat.Functions.Conversations;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Channels;

/// <summary>
/// <c>PUT /channels/{c}/subscription</c>: follows a channel, or changes what the caller wants of it; 201 or 200 with the subscription.
/// Idempotent. Whoever was taken out by an admin finds nothing, and in a private channel whoever neither follows nor is a member.
/// </summary>
public sealed class Subscribe(
    ConversationReader reader,
    SubscriptionStore store,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(Subscribe))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "channels/{conversationId}/subscription")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var change = SubscribeRequest.Read(body);
        body.ThrowIfMalformed();

        if (await reader.ReadHeadAsync(conversationId, Session.Of(request), cancellationToken) is not { HasFollowers: true } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var isMember = await reader.IsMemberAsync(head, user.Id, cancellationToken);
        var beginRefusal = head.IsPrivate && !isMember
            ? Problems.ConversationNotFound
            : await store.FullRefusalAsync(user.Id, cancellationToken);
        var (subscription, isNew, refusal) = await store.FollowAsync(user.Id, head, change, beginRefusal, cancellationToken);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        // The head may be old, and may have changed since. Whoever is removed follows no more before long, and sees nothing until then.
        var isOver = isNew
            ? !isMember && !head.IsPrivate && await reader.IsPrivateByNowAsync(conversationId, cancellationToken)
            : await reader.IsRemovedAsync(head, user.Id, cancellationToken);
        if (isOver)
        {
            await (isNew ? store.LeaveAsync(user.Id, conversationId, cancellationToken) : Task.CompletedTask);
            return Problems.ConversationNotFound.ToResult();
        }

        var view = SubscriptionView.Of(subscription!);
        await push.PushToUserAsync(user.Id, SubscriptionView.Updated, conversationId, view, null, cancellationToken);
        var status = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return new JsonResult<SubscriptionView>(status, view, ChatJson.Default.SubscriptionView);
    }
}

/// <summary>The body of <c>PUT …/subscription</c>: what is absent stays as it is; null clears <c>mutedUntil</c>.</summary>
internal sealed record SubscribeRequest(Merge<NotifyLevel?> Notify, Merge<DateTimeOffset?> MutedUntil)
{
    /// <summary>Follows, and changes nothing of who follows already.</summary>
    public static readonly SubscribeRequest Nothing = new(default, default);

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static SubscribeRequest Read(RequestBody body) => new(
        body.Merge<NotifyLevel?>("notify", name => body.OneOf(name, "all", "some", "none") switch
        {
            "none" => NotifyLevel.None,
            "some" => NotifyLevel.Some,
            _ => NotifyLevel.All,
        }),
        body.Merge<DateTimeOffset?>("mutedUntil", name => body.Instant(name)));

    public Subscription ApplyTo(Subscription before) => before with
    {
        Notify = Notify.IsGiven ? Notify.Value ?? NotifyLevel.All : before.Notify,
        MutedUntil = MutedUntil.Or(before.MutedUntil),
    };
}
