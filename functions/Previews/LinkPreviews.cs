using System.Security.Cryptography;
using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Previews;

/// <summary>Gives messages previews of what they link to: fetched here, so that no viewer's address is told to a site.</summary>
/// <remarks>
/// By the change feed and queue <c>media</c>, after the message. A few at a time in each process: what waits comes again later and later,
/// and is given up after minutes, so that slow sites don't hold up the rest of the queue. What was fetched is kept for a day by its link.
/// </remarks>
public sealed class LinkPreviews(
    PreviewPolicy policy,
    PublicWeb web,
    ContentFilter filter,
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    MediaProcessing images,
    ConversationReader reader,
    ConversationLog log,
    ChatContainers containers,
    StandingList standings,
    HostAddress<MediaScan> scan,
    TimeProvider time) : IDisposable
{
    private const int MaxAtOnce = 4;

    private static readonly string[] Pages = ["text/html", "application/xhtml+xml"];
    private static readonly string[] Pictures = ["image/jpeg", "image/png", "image/webp", "image/gif"];

    /// <summary>After so many waits, some six minutes, a message gets no preview.</summary>
    private const int MaxWaits = 10;

    /// <summary>After so many fetches without an end a link gets no preview for a day.</summary>
    private const int MaxTries = 3;

    /// <summary>Of a picture. Pages have smaller ones for previews, and photos wait while one is decoded.</summary>
    private const int MaxPixels = 4_000_000;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _free = new(MaxAtOnce);

    /// <summary>Fetches what a message links to and has it say so. Idempotent.</summary>
    /// <exception cref="TimeoutException">The message can't be changed just now.</exception>
    public async Task AddAsync(LinkSent sent, CancellationToken cancellationToken)
    {
        // Before anything is read: many may wait.
        if (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            await WaitAsync(sent, cancellationToken);
            return;
        }

        try
        {
            await AddNowAsync(sent, cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private async Task WaitAsync(LinkSent sent, CancellationToken cancellationToken)
    {
        if (sent.Waits < MaxWaits)
        {
            var wait = TimeSpan.FromSeconds(2 << Math.Min(sent.Waits, 5));
            await queue.SendAsync(
                sent with { Waits = sent.Waits + 1 },
                time.GetUtcNow() + (wait < MaxWait ? wait : MaxWait),
                cancellationToken);
        }
    }

    private async Task AddNowAsync(LinkSent sent, CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(sent.ConversationId, cancellationToken);
        var head = await reader.ReadHeadAsync(sent.ConversationId, null, cancellationToken);
        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(sent.Message),
            sent.ConversationId,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);

        // Nothing is fetched for who isn't known to want it: strangers who ask, or are kept apart. Nor for whom moderators restrict.
        if (head is not { DeletedAt: null, CommentsOf: null, Request: null, IsBlocked: false, IsRestricted: false }
            || message?.Is(sent.Message) != true
            || policy.DueOf(message) is null
            || !standings.Of(message.SenderId).MaySendMedia()
            || LinkPreview.LinkIn(message.Text) is not { } link)
        {
            return;
        }

        if (await FindAsync(link, message, cancellationToken) is not { } found)
        {
            await WaitAsync(sent, cancellationToken);
        }
        else if (found.Preview is { } preview)
        {
            await ShowAsync(message, preview, found.Image, cancellationToken);
        }
    }

    /// <summary>What is known of a link, fetched if nothing is; null while somebody else fetches it.</summary>
    private async Task<CachedPreview?> FindAsync(string link, Message message, CancellationToken cancellationToken)
    {
        var key = CachedPreview.KeyOf(link);
        var (known, etag) = await ReadAsync(key, cancellationToken);
        if (known?.IsFreshAt(time.GetUtcNow()) == true)
        {
            return known.Tries > 0 ? null : known;
        }

        // That it was begun is noted before: if fetching ends the process, it isn't begun for ever.
        var tries = (known?.Tries ?? 0) + 1;
        if (!await TryWriteAsync(new(key) { At = time.GetUtcNow(), Tries = tries }, etag, cancellationToken))
        {
            return null;
        }

        var fetched = tries > MaxTries
            ? new(key) { At = time.GetUtcNow() }
            : await FetchAsync(key, link, message, cancellationToken);
        var (noted, again) = await ReadAsync(key, cancellationToken);
        if (noted?.Tries == tries)
        {
            await TryWriteAsync(fetched, again, cancellationToken);
        }

        return fetched;
    }

    private Task<StoredDocument<CachedPreview>> ReadAsync(string key, CancellationToken cancellationToken) =>
        containers.Media.ReadDocumentAsync(
            CachedPreview.DocumentId,
            new PartitionKey(key),
            ChatJson.Default.CachedPreview,
            cancellationToken: cancellationToken);

    private Task<bool> TryWriteAsync(CachedPreview preview, string? etag, CancellationToken cancellationToken) =>
        containers.Media.TryWriteDocumentAsync(
            preview,
            CachedPreview.DocumentId,
            new PartitionKey(preview.MediaId),
            etag,
            ChatJson.Default.CachedPreview,
            cancellationToken);

    private async Task<CachedPreview> FetchAsync(string key, string link, Message message, CancellationToken cancellationToken)
    {
        var nothing = new CachedPreview(key) { At = time.GetUtcNow() };
        if (await web.TryGetAsync(new Uri(link), Pages, cancellationToken) is not { } page)
        {
            return nothing with { IsFailed = true };
        }

        if (PageSummary.TryRead(page) is not { } said)
        {
            return nothing;
        }

        var (title, titleRefusal) = await filter.ScreenAsync(said.Title, cancellationToken);
        var (description, descriptionRefusal) = await filter.ScreenAsync(said.Description, cancellationToken);
        var (siteName, nameRefusal) = await filter.ScreenAsync(said.SiteName, cancellationToken);
        return titleRefusal is not null || descriptionRefusal is not null || nameRefusal is not null ? nothing : nothing with
        {
            Preview = new(link, title!) { Description = description, SiteName = siteName },
            Image = said.Image is { } image && await web.TryGetAsync(image, Pictures, cancellationToken) is { } picture
                ? await TryKeepAsync(picture.Bytes, message, cancellationToken)
                : null,
        };
    }

    /// <summary>Keeps a picture as if it were uploaded by the message's sender; null if it can't be shown.</summary>
    private async Task<MediaId?> TryKeepAsync(byte[] file, Message message, CancellationToken cancellationToken)
    {
        if (await images.TryProcessAsync(file, MaxPixels, cancellationToken) is not { } image)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var item = new MediaItem
        {
            MediaId = MediaId.New(),
            OwnerId = message.SenderId,
            ConversationId = message.ConversationId,
            Kind = MediaItem.Image,
            ContentType = image.Variants[0].ContentType,
            Bytes = image.Variants[0].Content.Length,
            Sha256 = "",
            State = MediaState.Ready,
            CreatedAt = now,
            UrlExpiresAt = now,
            Width = image.Width,
            Height = image.Height,
            Blurhash = image.Blurhash,
            Variants = [.. image.Variants.Select(MediaVariant.Of)],
        };
        if (scan.IsOn)
        {
            item = item.HeldFrom(now, Convert.ToHexStringLower(SHA256.HashData(image.Variants[0].Content.Span)));
        }

        // What deletes it if no message refers to it is there first.
        await queue.SendAsync(new MediaDue(item.MediaId), now + MediaItem.UnusedFor + ReferenceDue.Margin, cancellationToken);
        foreach (var variant in image.Variants)
        {
            await blobs.StoreAsync(item.MediaId, MediaVariant.Of(variant), variant.Content, cancellationToken);
        }

        if (await store.TryWriteAsync(item, null, cancellationToken) && item.State == MediaState.Held)
        {
            await images.FinishAsync(item, cancellationToken);
        }

        return item.MediaId;
    }

    private async Task ShowAsync(Message message, LinkPreview preview, MediaId? image, CancellationToken cancellationToken)
    {
        var shown = image is { } id && await TryReferAsync(id, message, cancellationToken) is { } attachment
            ? preview with { Image = attachment }
            : preview;
        await log.ChangeAsync(
            message.ConversationId,
            new ShowPreviewCommand { Actor = message.SenderId, MessageId = message.MessageId, Preview = shown },
            cancellationToken);
    }

    /// <summary>What a message says of a picture that it refers to from now on; null if that is gone.</summary>
    private async Task<Attachment?> TryReferAsync(MediaId id, Message message, CancellationToken cancellationToken)
    {
        var reference = new MediaReference
        {
            MediaId = id,
            ConversationId = message.ConversationId,
            MessageId = new MessageId(message.MessageId.Key),
            At = time.GetUtcNow(),
        };
        await queue.SendAsync(reference.Due, reference.At + MediaReference.UncommittedFor, cancellationToken);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item is not { State: MediaState.Held or MediaState.Ready })
            {
                return null;
            }

            if (await store.TryReferAsync(item, etag!, reference, cancellationToken))
            {
                return Attachment.Of(item);
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }
    }
}

/// <summary>Has a message show the preview of its link, if that is still its link. Quiet and idempotent.</summary>
internal sealed record ShowPreviewCommand : LogCommand
{
    public required MessageId MessageId { get; init; }

    public required LinkPreview Preview { get; init; }

    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (Message.Find(context, MessageId) is not { LinkPreview: null, ExpiresAt: null, IsUnsent: false, Held: null } message
            || LinkPreview.LinkIn(message.Text) != Preview.Url)
        {
            return Decision.Unchanged(head);
        }

        var updated = LogEvent.Of(
            context,
            LogEvent.MessageUpdated,
            message.SenderId,
            new MessageUpdated(message.MessageId),
            ChatJson.Default.MessageUpdated);
        return MessageCommand.Changed(context, head, updated, message with { LinkPreview = Preview }, []);
    }
}
