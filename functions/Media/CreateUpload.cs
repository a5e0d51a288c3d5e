using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/uploads</c>: gives a member of a conversation an address where they may put a file for it, once and for 15 minutes. 201;
/// under the same <c>Idempotency-Key</c> 200 with a new address while nothing is uploaded.
/// </summary>
/// <remarks>
/// What sees to it that nothing is left over is on the queue before the document is stored. A message about what isn't stored does nothing.
/// </remarks>
public sealed class CreateUpload(
    ConversationReader reader,
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    OpenUploads open,
    DailyLimits daily,
    StandingList standings,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    /// <summary>For how long an address is good.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>For clocks that differ, and for what is on its way when the address isn't good any more.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

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

        wanted = wanted with { MediaId = key is null ? MediaId.New() : MediaId.For(user.Id, key) };
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await store.ReadAsync(wanted.MediaId, cancellationToken);
            if (found?.IsSameAs(wanted) == false)
            {
                return Problems.IdempotencyKeyReused.ToResult();
            }

            if (found is not null and not { State: MediaState.Pending })
            {
                return Show(StatusCodes.Status200OK, UploadView.Of(found));
            }

            var now = time.GetUtcNow();
            var item = (found ?? wanted with { CreatedAt = now }) with { UrlExpiresAt = now + Lifetime };
            if (await LimitAsync(item, isNew: found is null, cancellationToken) is { } refusal)
            {
                return refusal.ToResult();
            }

            await WatchAsync(item, isNew: found is null, cancellationToken);
            if (await store.TryWriteAsync(item, etag, cancellationToken))
            {
                var address = await blobs.UploadAddressAsync(item.MediaId, item.UrlExpiresAt, cancellationToken);
                return Show(found is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, UploadView.Of(item, address));
            }
        }
    }

    private MediaItem Read(RequestBody body)
    {
        var conversation = body.ConversationId("conversationId");
        var kind = body.OneOf("kind", MediaItem.Image);
        var type = body.OneOf("contentType", "image/jpeg", "image/png", "image/webp", "image/gif");
        var bytes = body.Seq("bytes", least: 1);
        if (bytes > limits.ImageBytes)
        {
            body.Fault("/bytes", "out_of_range", $"At most {limits.ImageBytes}.");
        }

        return new()
        {
            MediaId = default,
            OwnerId = user.Id,
            ConversationId = conversation,
            Kind = kind,
            ContentType = type,
            Bytes = (int)Math.Min(bytes, int.MaxValue),
            Sha256 = body.Sha256("sha256"),
            State = MediaState.Pending,
            CreatedAt = default,
            UrlExpiresAt = default,
        };
    }

    private async Task<Problem?> LimitAsync(MediaItem item, bool isNew, CancellationToken cancellationToken) =>
        await open.OpenAsync(user.Id, item.MediaId, item.UrlExpiresAt, cancellationToken)
            ?? (isNew ? await daily.CountUploadAsync(user.Id, item.MediaId, cancellationToken) : null);

    private async Task WatchAsync(MediaItem item, bool isNew, CancellationToken cancellationToken)
    {
        await queue.SendAsync(new UploadExpired(item.MediaId, item.UrlExpiresAt), item.UrlExpiresAt + Margin, cancellationToken);
        if (isNew)
        {
            await queue.SendAsync(new MediaDue(item.MediaId), item.CreatedAt + MediaItem.UnusedFor + Margin, cancellationToken);
        }
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

    public static UploadView Of(MediaItem item) => new(item.MediaId, item.State) { Reason = item.Reason };

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
