using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Requests;

/// <summary>Notes requests for those whom they are to, and tells them.</summary>
public sealed class ContactRequests(
    ChatContainers containers,
    RequestNoteStore notes,
    HiddenWordsStore words,
    EventPush push,
    Limits limits,
    TimeProvider time)
{
    /// <summary>Longer than two messages, each of which may become the request, are on their way beside each other.</summary>
    private static readonly TimeSpan StaysHiddenFor = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Notes a request that is about to be committed. What was noted as hidden a moment before stays that: either of the two may be what
    /// is committed.
    /// </summary>
    /// <param name="recipient">Who is asked.</param>
    /// <param name="conversation">The request.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="text">What the recipient would read; null for nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether the recipient hides what has such words. Then they aren't told.</returns>
    public async Task<bool> NoteAsync(
        UserId recipient,
        ConversationId conversation,
        UserId by,
        string? text,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var note = new RequestNote
        {
            UserId = recipient,
            ConversationId = conversation,
            By = by,
            RequestedAt = RequestNote.Order(now, conversation),
            IsHidden = text is not null && await words.HidesAsync(recipient, text, cancellationToken),
        };
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await notes.FindAsync(recipient, conversation, cancellationToken);
            note = note with { IsHidden = note.IsHidden || (before is { IsHidden: true } && before.At > now - StaysHiddenFor) };
            if (await notes.TryWriteAsync(note, etag, cancellationToken))
            {
                return note.IsHidden;
            }
        }
    }

    /// <summary>A user's note of a request; null when there is none.</summary>
    public async Task<RequestNote?> ReadAsync(UserId recipient, ConversationId conversation, CancellationToken cancellationToken) =>
        (await notes.FindAsync(recipient, conversation, cancellationToken)).Document;

    /// <summary>Takes a note away, unless a newer one is there: whoever was asked again hasn't answered that.</summary>
    public async Task RemoveAsync(RequestNote note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        var (stored, etag) = await notes.FindAsync(note.UserId, note.ConversationId, cancellationToken);
        if (stored != note)
        {
            return;
        }

        using var response = await containers.Users.DeleteItemStreamAsync(
            note.Id,
            new PartitionKey(note.UserId.Value),
            new ItemRequestOptions { IfMatchEtag = etag },
            cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed))
        {
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>
    /// Notes that a user declined what another one asked. From now on it counts for as long as another request has to wait.
    /// </summary>
    public async Task NoteDeclinedAsync(UserId user, UserId by, CancellationToken cancellationToken)
    {
        var declined = new DeclinedSender
        {
            UserId = user,
            OtherUserId = by,
            At = time.GetUtcNow(),
            TimeToLive = (int)limits.RequestWindow.TotalSeconds,
        };
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(declined, ChatJson.Default.DeclinedSender), writable: false);
        using var response = await containers.Users.UpsertItemStreamAsync(
            body,
            new PartitionKey(user.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A user accepted to be written to by another one: what they declined before doesn't count any more.</summary>
    public async Task ForgetDeclinedAsync(UserId user, UserId by, CancellationToken cancellationToken)
    {
        using var response = await containers.Users.DeleteItemStreamAsync(
            DeclinedSender.DocumentId(by),
            new PartitionKey(user.Value),
            cancellationToken: cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>A user's notes, those that are hidden or the others, newest first, before an instant.</summary>
    public async Task<IReadOnlyList<RequestNote>> PageAsync(
        UserId user,
        bool isHidden,
        string before,
        int take,
        CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition(
                $"SELECT TOP @take * FROM c WHERE c.requestedAt < @before AND {(isHidden ? "" : "NOT ")}IS_DEFINED(c.isHidden)"
                + " ORDER BY c.requestedAt DESC")
                .WithParameter("@take", take)
                .WithParameter("@before", before),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageRequestNote,
            pageSize: take,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <summary>
    /// Tells the other one of a direct conversation that a request was sent, if it was, and unless they restrict its sender; best effort.
    /// </summary>
    internal async Task TellAsync(UserId sender, IReadOnlyList<AppendResult> sent, CancellationToken cancellationToken)
    {
        var first = sent.FirstOrDefault(
            one => one.Refusal is null && one.Head?.Request is { State: RequestState.Pending, SentAt: not null });
        if (first?.Head is { } head)
        {
            var recipient = head.Members!.First(member => member.UserId != sender);
            if (!recipient.Restricts)
            {
                await TellAsync(recipient.UserId, head, sender, first.Session, cancellationToken);
            }
        }
    }

    /// <summary>Tells a user that somebody asks; best effort.</summary>
    public Task TellAsync(UserId recipient, Head head, UserId by, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        var received = new RequestReceived(head.Kind, by);
        return push.PushToUserAsync(recipient, RequestReceived.EventType, head.ConversationId, received, session, cancellationToken);
    }
}

/// <summary>The data of <c>request.received</c>, to the user who is asked alone.</summary>
internal sealed record RequestReceived(ConversationKind Kind, UserId By)
{
    public const string EventType = "request.received";
}

/// <summary>The data of <c>request.resolved</c>. Its sender learns of an accepted one only.</summary>
/// <param name="State"><c>accepted</c> or <c>declined</c>.</param>
internal sealed record RequestResolved(string State)
{
    public const string EventType = "request.resolved";
}
