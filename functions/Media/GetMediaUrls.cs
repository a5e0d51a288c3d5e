using System.Text.Json.Serialization;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/urls</c>: addresses by which the caller gets files of messages that they see, for about an hour; 200 with one for each,
/// in order. Who may see a message is looked at anew each time; an address that was given out can't be taken back.
/// </summary>
public sealed class GetMediaUrls(
    SeenMessages messages,
    MediaStore store,
    MediaBlobs blobs,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    [Function(nameof(GetMediaUrls))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "media/urls")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        List<Wanted> wanted =
        [
            .. body.Objects("items", 1, limits.MediaUrls).Select(item => new Wanted(
                item.ConversationId("conversationId"),
                item.MessageId("messageId"),
                item.MediaId("mediaId"),
                item.OneOf("variant", "original", "1080", "320"))),
        ];
        body.ThrowIfMalformed();

        var seen = await messages.FindAsync(
            user.Id,
            wanted.Select(one => (one.ConversationId, one.MessageId)),
            Session.Of(request),
            cancellationToken);
        var files = await ReadAsync(
            wanted.Where(one => Refusal(one, seen) is null).Select(one => one.MediaId).Distinct(),
            cancellationToken);
        var end = MediaUrl.EndAt(time.GetUtcNow());
        var urls = await Task.WhenAll(wanted.Select(one => UrlAsync(one, Refusal(one, seen), files, end, cancellationToken)));
        return new JsonResult<MediaUrlList>(StatusCodes.Status200OK, new(urls), ChatJson.Default.MediaUrlList);
    }

    /// <summary>What keeps the caller from a file; null for nothing.</summary>
    private static Problem? Refusal(Wanted one, IReadOnlyDictionary<(ConversationId, MessageId), SeenMessage> seen) =>
        seen[(one.ConversationId, one.MessageId)] is var (message, refusal) && refusal is not null ? refusal
        : message!.Files.Any(file => file.MediaId == one.MediaId) ? null
        : Problems.MediaNotFound;

    /// <summary>The files' documents. What a replica shows as not ready is read once more.</summary>
    private async Task<Dictionary<MediaId, MediaItem?>> ReadAsync(IEnumerable<MediaId> ids, CancellationToken cancellationToken)
    {
        List<MediaId> all = [.. ids];
        var found = await store.FindAsync(all, cancellationToken);
        var read = found.Where(one => one.Value.State == MediaState.Ready).ToDictionary(one => one.Key, one => (MediaItem?)one.Value);
        foreach (var id in all.Where(id => !read.ContainsKey(id)))
        {
            read[id] = (await store.ReadAsync(id, cancellationToken)).Document;
        }

        return read;
    }

    private async Task<MediaUrl> UrlAsync(
        Wanted wanted,
        Problem? refusal,
        Dictionary<MediaId, MediaItem?> files,
        DateTimeOffset end,
        CancellationToken cancellationToken)
    {
        var file = refusal is null ? files[wanted.MediaId] : null;
        refusal ??= file?.State switch
        {
            MediaState.Ready => null,
            MediaState.Failed => Problems.MediaFailed,
            MediaState.Processing or MediaState.Held => Problems.MediaNotReady,
            _ => Problems.MediaNotFound,
        };
        var variant = file?.Variants?.FirstOrDefault(one => one.Name == wanted.Variant);
        refusal ??= variant is null ? Problems.MediaNotFound : null;
        var view = new MediaUrl(wanted.MessageId, wanted.MediaId, wanted.Variant);
        return refusal is null
            ? view with
            {
                Url = await blobs.ReadAddressAsync(file!, variant!, end, cancellationToken),
                ExpiresAt = end,
            }
            : view with { Code = refusal.Code };
    }

    private sealed record Wanted(ConversationId ConversationId, MessageId MessageId, MediaId MediaId, string Variant);
}

/// <summary>Addresses, in the order that they were asked for.</summary>
internal sealed record MediaUrlList(IReadOnlyList<MediaUrl> Items);

/// <summary>The address of a file in one size, or why there is none.</summary>
internal sealed record MediaUrl(MessageId MessageId, MediaId MediaId, string Variant)
{
    /// <summary>How long an address is good, at least.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>To what its end is rounded up: addresses that are asked for within it are the same, so that caches find them.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(15);

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? Url { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The code of a refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>When an address ends that is given out now.</summary>
    public static DateTimeOffset EndAt(DateTimeOffset now) =>
        new(((now + Lifetime).UtcTicks + Round.Ticks - 1) / Round.Ticks * Round.Ticks, TimeSpan.Zero);
}
