using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Hooks;
using Chat.Functions.Media.Images;
using Chat.Functions.Media.Recordings;
using Chat.Functions.Media.Videos;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/uploads</c>: gives a member of a conversation an address where they may put a file for it, once and for 15 minutes. 201;
/// under the same <c>Idempotency-Key</c> 200 with a new address while nothing is uploaded.
/// </summary>
/// <remarks>What sees to it that nothing is left over is on the queue before the address is given out.</remarks>
public sealed class CreateUpload(
    ConversationReader reader,
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    OpenUploads open,
    StandingList standings,
    TextScreening screening,
    MediaOptions options,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    /// <summary>For how long an address is good.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const int MaxBlurhash = 100;

    [Function(nameof(CreateUpload))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "media/uploads")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var (key, wanted) = (IdempotencyKey.Read(request, body), Read(body));
        body.ThrowIfMalformed();
        if (await reader.ReadHeadForAsync(user.Id, wanted.ConversationId, Session.Of(request), cancellationToken) is null)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!standings.Of(user.Id).MaySendMedia())
        {
            return Problems.NotAllowed.ToResult();
        }

        if (wanted.Kind == MediaItem.File && !options.FilesEnabled)
        {
            return Problems.FilesDisabled.ToResult();
        }

        wanted = wanted with { MediaId = key is null ? MediaId.New() : MediaId.For(user.Id, key) };
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (list, etag) = await open.ReadAsync(user.Id, cancellationToken);
            var found = list.Find(wanted.MediaId);
            var stored = key is null ? null : await store.FindAsync(wanted.MediaId, isFresh: found is not null, cancellationToken);
            if ((stored ?? found)?.IsSameAs(wanted) == false)
            {
                return Problems.IdempotencyKeyReused.ToResult();
            }

            if (stored is not null)
            {
                return Show(StatusCodes.Status200OK, UploadView.Of(stored));
            }

            // What was taken under this key isn't refused for words that were listed since.
            if (found is null && wanted.FileName is { } name)
            {
                var (said, nameRefusal) = await screening.ScreenAsync(
                    user.Id, wanted.ConversationId, [new(SaidText.FileName, FileNames.Words(name))], cancellationToken);
                if (nameRefusal is not null)
                {
                    return nameRefusal.ToResult();
                }

                wanted = wanted with { FileName = FileNames.Masked(name, said[0]!) };
            }

            var now = time.GetUtcNow();
            var item = (found ?? wanted with { CreatedAt = now }) with { UrlExpiresAt = now + Lifetime };
            Problem? refusal = null;
            if (found is null || found.UrlExpiresAt <= now)
            {
                (list, refusal) = await open.MakeRoomAsync(list, etag, item, cancellationToken);
            }

            if (refusal is not null)
            {
                return refusal.ToResult();
            }

            await queue.SendAsync(new UploadExpired(item.MediaId, user.Id, item.UrlExpiresAt), OpenUploads.EndOf(item), cancellationToken);
            if (await open.TryAddAsync(list, etag, item, cancellationToken))
            {
                var address = await blobs.UploadAddressAsync(item.MediaId, item.UrlExpiresAt, cancellationToken);
                return Show(found is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, UploadView.Of(item, address));
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }
    }

    private MediaItem Read(RequestBody body)
    {
        var conversation = body.ConversationId("conversationId");
        var kind = body.OneOf("kind", MediaItem.Image, MediaItem.Video, MediaItem.Voice, MediaItem.File);
        var (types, most) = kind switch
        {
            MediaItem.Video => (VideoProcessor.ContentTypes, limits.VideoBytes),
            MediaItem.Voice => (VoiceProcessor.ContentTypes, limits.VoiceBytes),
            MediaItem.File => ([], limits.FileBytes),
            _ => (ImageProcessor.ContentTypes, limits.ImageBytes),
        };

        // Of a file no type is believed.
        var type = kind == MediaItem.File ? FileNames.ContentType : body.OneOf("contentType", types);
        var bytes = body.Seq("bytes", least: 1);
        if (bytes > most)
        {
            body.Fault("/bytes", "out_of_range", $"At most {most}.");
        }

        var message = body.Has("clientMessageId") ? body.ClientId("clientMessageId") : null;
        return new()
        {
            MediaId = default,
            OwnerId = user.Id,
            ConversationId = conversation,
            Kind = kind,
            ContentType = type,
            Bytes = (int)Math.Min(bytes, int.MaxValue),
            Sha256 = body.Sha256("sha256"),
            Blurhash = kind == MediaItem.Video && body.Has("blurhash") ? ReadBlurhash(body) : null,
            Waveform = kind == MediaItem.Voice ? body.Levels("waveform", MediaItem.WaveformParts) : null,
            FileName = kind == MediaItem.File ? FileNames.Clean(body.Text("fileName", FileNames.MaxLength)) : null,
            State = MediaState.Pending,
            CreatedAt = default,
            UrlExpiresAt = default,
            First = message is null ? null : new(conversation, MessageId.For(conversation, user.Id, message), default),
        };
    }

    /// <summary>Nobody decodes a video here: who has it open says what it looks like.</summary>
    private static string ReadBlurhash(RequestBody body)
    {
        var text = body.Text("blurhash", MaxBlurhash);
        if (text.Length > 0 && !Blurhash.IsOne(text))
        {
            body.Fault("/blurhash", "not_allowed", "Must be one, as https://blurha.sh defines it.");
        }

        return text;
    }

    private static JsonResult<UploadView> Show(int status, UploadView view) => new(status, view, ChatJson.Default.UploadView);
}

/// <summary>An upload as its owner sees it.</summary>
/// <param name="State"><c>pending</c> while it can be put at <see cref="UploadUrl"/>.</param>
internal sealed record UploadView(MediaId MediaId, MediaState State)
{
    /// <summary>Why it failed; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Where to put the file, by one <c>PUT</c> with <see cref="Headers"/>. Absent where no address was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? UploadUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Until when the address is good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    public static UploadView Of(MediaItem item) => new(item.MediaId, item.Known().State) { Reason = item.Reason };

    public static UploadView Of(MediaItem item, Uri address) => Of(item) with
    {
        UploadUrl = address,
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["x-ms-blob-type"] = "BlockBlob",
            ["Content-Type"] = item.ContentType,
        },
        ExpiresAt = item.UrlExpiresAt,
    };
}
