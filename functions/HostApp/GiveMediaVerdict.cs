using Chat.Functions.Media;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>PUT /host/media/{mediaId}/verdict</c>: the host app says whether a file that it was asked to scan is clean. 204 says that this is
/// decided: the file is shown, or deleted, soon after, by queue. Of a file that isn't held any more nothing changes. Needs the role
/// <c>chat.host</c>.
/// </summary>
public sealed class GiveMediaVerdict(MediaStore store, MediaScan scan, Limits limits)
{
    [Function(nameof(GiveMediaVerdict))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "host/media/{mediaId}/verdict")] HttpRequest request,
        MediaId mediaId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var verdict = body.OneOf("verdict", ScanAnswer.Clean, ScanAnswer.Refused);
        body.ThrowIfMalformed();
        var item = mediaId == MediaId.None ? null : await store.FindAsync(mediaId, isFresh: true, cancellationToken);
        switch (item?.State)
        {
            case MediaState.Held:
                await scan.DecideAsync(new VerdictGiven(mediaId, verdict == ScanAnswer.Clean), cancellationToken);
                return Results.NoContent();
            case MediaState.Ready or MediaState.Failed:
                return Results.NoContent();
            case MediaState.Processing:
                return Problems.MediaNotReady.ToResult();
            default:
                return Problems.MediaNotFound.ToResult();
        }
    }
}
