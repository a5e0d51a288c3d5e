using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/uploads/{mediaId}/complete</c>: the caller's file is at its address. 200 with what became of it; it is processed by
/// queue, and asking again tells how far that is.
/// </summary>
public sealed class CompleteUpload(
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    OpenUploads open,
    TimeProvider time,
    CurrentUser user)
{
    /// <summary>The reason of a file that isn't as long as was declared.</summary>
    internal const string WrongLength = "wrong_length";

    [Function(nameof(CompleteUpload))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "media/uploads/{mediaId}/complete")] HttpRequest request,
        MediaId mediaId,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            // At first for what is not stored yet, as any replica has it. Nothing is refused on that.
            var isFresh = attempt > 0;
            var stored = isFresh && mediaId != MediaId.None ? await store.FindAsync(mediaId, true, cancellationToken) : null;
            if (stored is { State: not MediaState.Deleted } && stored.OwnerId == user.Id)
            {
                return await FollowAsync(stored, cancellationToken);
            }

            var declared = stored is not null || mediaId == MediaId.None ? null
                : await open.FindAsync(user.Id, mediaId, isFresh, cancellationToken);
            if (declared is not null && await blobs.FindUploadAsync(mediaId, cancellationToken) is var (length, uploaded))
            {
                var item = length == declared.Bytes
                    ? declared with { State = MediaState.Processing, UploadETag = $"{uploaded}" }
                    : declared.Failed(WrongLength);
                if (await TryStoreAsync(item, cancellationToken))
                {
                    return await FollowAsync(item, cancellationToken);
                }
            }

            if (isFresh)
            {
                return (stored is null && declared is not null ? Problems.NotUploaded : Problems.MediaNotFound).ToResult();
            }
        }
    }

    /// <summary>Stores what was uploaded. What deletes it unless a message refers to it is on the queue before.</summary>
    /// <returns>False when it is stored already.</returns>
    private async Task<bool> TryStoreAsync(MediaItem item, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await queue.SendAsync(new MediaDue(item.MediaId), now + MediaItem.UnusedFor + ReferenceDue.Margin, cancellationToken);
        if (item.FirstReference is { } reference)
        {
            await queue.SendAsync(reference.Due, now + MediaReference.UncommittedFor, cancellationToken);
            item = item with { First = FirstReference.Of(reference with { At = now }) };
        }

        return await store.TryWriteAsync(item, null, cancellationToken);
    }

    /// <summary>Does what follows from the state, also for a repeat: the call before may have got no further.</summary>
    private async Task<IResult> FollowAsync(MediaItem item, CancellationToken cancellationToken)
    {
        switch (item.State)
        {
            case MediaState.Processing:
                await queue.SendAsync(new UploadCompleted(item.MediaId), null, cancellationToken);
                break;
            case MediaState.Failed:
                await blobs.DeleteUploadAsync(item.MediaId, cancellationToken);
                break;
        }

        return new JsonResult<UploadView>(StatusCodes.Status200OK, UploadView.Of(item), ChatJson.Default.UploadView);
    }
}
