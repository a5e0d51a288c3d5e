using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/uploads/{mediaId}/complete</c>: the caller's file is at its address. 200 with what became of it; it is processed by
/// queue, and asking again tells how far that is.
/// </summary>
public sealed class CompleteUpload(MediaStore store, MediaBlobs blobs, MediaQueue queue, OpenUploads open, CurrentUser user)
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
            var (item, etag) = mediaId == MediaId.None ? default : await store.ReadAsync(mediaId, cancellationToken);
            if (item is null or { State: MediaState.Deleted } || item.OwnerId != user.Id)
            {
                return Problems.MediaNotFound.ToResult();
            }

            if (item.State != MediaState.Pending)
            {
                return await FollowAsync(item, cancellationToken);
            }

            if (await blobs.FindUploadAsync(mediaId, cancellationToken) is not var (length, uploaded))
            {
                return Problems.NotUploaded.ToResult();
            }

            var after = length == item.Bytes
                ? item with { State = MediaState.Processing, UploadETag = $"{uploaded}" }
                : item.Failed(WrongLength);
            if (await store.TryWriteAsync(after, etag, cancellationToken))
            {
                await open.CloseAsync(user.Id, mediaId, cancellationToken);
                return await FollowAsync(after, cancellationToken);
            }
        }
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
