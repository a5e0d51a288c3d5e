using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// <c>POST /media/urls</c>: addresses by which the caller gets files of messages that they see, for about an hour; 200 with one for each,
/// in order. Who may see a message is looked at anew each time; an address that was given out can't be taken back.
/// </summary>
public sealed class GetMediaUrls(
    ConversationReader reader,
    BlockReader blocks,
    MediaStore store,
    MediaBlobs blobs,
    ChatContainers containers,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    /// <summary>How long an address is good, at least.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>To what its end is rounded up: addresses that are asked for within it are the same, so that caches find them.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(15);

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

        var session = Session.Of(request);
        var refusals = await Task.WhenAll(wanted.GroupBy(one => one.ConversationId).Select(
            group => RefusalsAsync(group.Key, [.. group.Distinct()], session, cancellationToken)));
        var refusalOf = refusals.SelectMany(one => one).ToDictionary();
        var files = await ReadAsync(
            wanted.Where(one => refusalOf[one] is null).Select(one => one.MediaId).Distinct(),
            cancellationToken);
        var end = RoundUp(time.GetUtcNow() + Lifetime);
        var urls = await Task.WhenAll(wanted.Select(one => UrlAsync(one, refusalOf[one], files, end, cancellationToken)));
        return new JsonResult<MediaUrlList>(StatusCodes.Status200OK, new(urls), ChatJson.Default.MediaUrlList);
    }

    private static DateTimeOffset RoundUp(DateTimeOffset at) =>
        new((at.UtcTicks + Round.Ticks - 1) / Round.Ticks * Round.Ticks, TimeSpan.Zero);

    /// <summary>What keeps the caller from each of a conversation's files; null for nothing.</summary>
    private async Task<IEnumerable<KeyValuePair<Wanted, Problem?>>> RefusalsAsync(
        ConversationId conversation,
        IReadOnlyList<Wanted> wanted,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user.Id, conversation, session, cancellationToken) is not { } part)
        {
            return wanted.Select(one => KeyValuePair.Create(one, (Problem?)Problems.ConversationNotFound));
        }

        var messages = await containers.Conversations.ReadDocumentsAsync(
            wanted.Select(one => Message.DocumentId(one.MessageId)),
            conversation,
            ChatJson.Default.DocumentsPageMessage,
            session,
            cancellationToken);
        var blocked = part.Head.Kind == ConversationKind.Group
            ? await blocks.BlockedAsync(user.Id, messages.Select(message => message.SenderId), cancellationToken)
            : new HashSet<UserId>();
        return wanted.Select(one => KeyValuePair.Create(one, Refusal(one)));

        Problem? Refusal(Wanted one)
        {
            var message = messages.FirstOrDefault(message => message.Is(one.MessageId))?.For(user.Id);
            return message is null
                || !part.Member.Sees(message)
                || message.IsExpiredAt(time.GetUtcNow())
                || blocked.Contains(message.SenderId) ? Problems.MessageNotFound
                : message.IsUnsent ? Problems.MessageUnsent
                : message.Attachments?.Any(attachment => attachment.MediaId == one.MediaId) != true ? Problems.MediaNotFound
                : null;
        }
    }

    /// <summary>The files' documents. What a replica shows as not ready is read once more.</summary>
    private async Task<Dictionary<MediaId, MediaItem?>> ReadAsync(IEnumerable<MediaId> ids, CancellationToken cancellationToken)
    {
        List<MediaId> all = [.. ids];
        IReadOnlyList<MediaItem> found = all.Count == 0 ? [] : await containers.Media.ReadDocumentsAsync(
            all.Select(id => (MediaItem.DocumentId, new PartitionKey(id.Value))),
            ChatJson.Default.DocumentsPageMediaItem,
            cancellationToken: cancellationToken);
        var read = found.Where(item => item.State == MediaState.Ready).ToDictionary(item => item.MediaId, item => (MediaItem?)item);
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
            MediaState.Pending or MediaState.Processing => Problems.MediaNotReady,
            _ => Problems.MediaNotFound,
        };
        var view = new MediaUrl(wanted.MessageId, wanted.MediaId, wanted.Variant);
        return refusal is null
            ? view with
            {
                Url = await blobs.ReadAddressAsync(
                    wanted.MediaId,
                    file!.Variants!.First(variant => variant.Name == wanted.Variant),
                    end,
                    cancellationToken),
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
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? Url { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The code of a refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}
