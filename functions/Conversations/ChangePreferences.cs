using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary>
/// <c>PATCH /conversations/{c}/preferences</c>: changes mute, pin, archive and draft for the caller alone. Absent fields stay,
/// null ones are cleared. 200 with the preferences, which are also pushed to the caller's other devices.
/// </summary>
public sealed class ChangePreferences(
    ConversationReader reader,
    ChatContainers containers,
    InboxProjection inbox,
    OwnEntryPush push,
    TimeProvider time,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(ChangePreferences))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "conversations/{conversationId}/preferences")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var change = ChangePreferencesRequest.Read(body, limits);
        body.ThrowIfMalformed();

        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (part.Head.IsRequestTo(user.Id))
        {
            return Problems.RequestPending.ToResult();
        }

        var (refusal, entry) = await ChangeAsync(change, part, cancellationToken);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        var state = PreferencesView.Of(entry);
        await push.PushAsync(user.Id, conversationId, PreferencesView.Updated, state.Version, state);
        return new JsonResult<PreferencesView>(StatusCodes.Status200OK, state, ChatJson.Default.PreferencesView);
    }

    private async Task<(Problem? Refusal, InboxEntry Entry)> ChangeAsync(
        ChangePreferencesRequest change,
        MembershipContext part,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await inbox.ReadOrCreateAsync(part.Member, ConversationSnapshot.Of(part.Head), cancellationToken);
            if (before.IsTombstone)
            {
                return (Problems.ConversationNotFound, before);
            }

            var after = change.ApplyTo(before, Math.Max(part.Head.MessageCount, before.LastOrdinal), time.GetUtcNow());
            if (after.Pinned && !before.Pinned && await MayNotPinAsync(cancellationToken))
            {
                return (Problems.TooManyPinned(limits.PinnedConversations), before);
            }

            if (after == before)
            {
                return (null, after);
            }

            if (await inbox.TryPatchAsync(before, Changes(before, after), etag, cancellationToken))
            {
                // The ETag matched, so the version is exactly one more.
                return (null, after with { Version = before.Version + 1 });
            }
        }
    }

    /// <summary>Not exact: requests at the same instant may pin a few beyond the limit.</summary>
    private async Task<bool> MayNotPinAsync(CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @take * FROM c WHERE c.pinned = true").WithParameter("@take", limits.PinnedConversations),
            new PartitionKey(user.Id.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken).CountAsync(cancellationToken) >= limits.PinnedConversations;

    private static List<PatchOperation> Changes(InboxEntry before, InboxEntry after)
    {
        List<PatchOperation> operations = [];
        if (after.MutedUntil != before.MutedUntil)
        {
            operations.Add(PatchOperation.Set("/mutedUntil", after.MutedUntil));
        }

        if (after.Pinned != before.Pinned)
        {
            operations.Add(PatchOperation.Set("/pinned", after.Pinned));
        }

        if (after.ArchivedOrdinal != before.ArchivedOrdinal)
        {
            operations.Add(PatchOperation.Set("/archivedOrdinal", after.ArchivedOrdinal));
        }

        if (after.Draft != before.Draft)
        {
            operations.Add(PatchOperation.Set("/draft", after.Draft));
        }

        return operations;
    }
}
