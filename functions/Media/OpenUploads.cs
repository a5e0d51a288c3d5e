using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Media;

/// <summary>How many of a user's uploads may be under way at a time, exact over all instances.</summary>
/// <remarks>
/// One document in the user's partition, changed under its ETag. An upload that is never completed counts until its address isn't good any
/// more.
/// </remarks>
public sealed class OpenUploads(ChatContainers containers, Limits limits, TimeProvider time)
{
    private const int Tries = 10;

    /// <summary>Counts an upload until its address isn't good any more; the refusal if as many are open as may be. Idempotent.</summary>
    public async Task<Problem?> OpenAsync(UserId user, MediaId media, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var most = limits.OpenUploads;
        Problem? refusal = null;
        var isDone = most == 0 || await ChangeAsync(
            user,
            (open, now) =>
            {
                var others = open.FindAll(one => one.MediaId != media);
                refusal = others.Count >= most
                    ? Problems.RateLimited("openUploads", most, new(most, until - now, 0, others.Min(one => one.Until) - now))
                    : null;
                return refusal is null ? [.. others, new OpenUpload(media, until)] : null;
            },
            cancellationToken);
        return isDone ? refusal : Problems.Unavailable;
    }

    /// <summary>The upload was completed, and doesn't count any more. Idempotent.</summary>
    public Task CloseAsync(UserId user, MediaId media, CancellationToken cancellationToken) =>
        limits.OpenUploads == 0 ? Task.CompletedTask : ChangeAsync(
            user,
            (open, _) => open.Exists(one => one.MediaId == media) ? open.FindAll(one => one.MediaId != media) : null,
            cancellationToken);

    /// <param name="user">Whose uploads.</param>
    /// <param name="change">What is open afterwards; null for no change.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when others changed them again and again.</returns>
    private async Task<bool> ChangeAsync(
        UserId user,
        Func<List<OpenUpload>, DateTimeOffset, List<OpenUpload>?> change,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (found, etag) = await containers.Users.ReadDocumentAsync(
                OpenUploadList.DocumentId,
                partition,
                ChatJson.Default.OpenUploadList,
                cancellationToken: cancellationToken);
            var now = time.GetUtcNow();
            if (change([.. (found?.Open ?? []).Where(one => one.Until > now)], now) is not { } after
                || await containers.Users.TryWriteDocumentAsync(
                    new OpenUploadList { UserId = user, Open = after },
                    OpenUploadList.DocumentId,
                    partition,
                    etag,
                    ChatJson.Default.OpenUploadList,
                    cancellationToken))
            {
                return true;
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return false;
    }
}

/// <summary>A user's uploads that aren't completed, in their partition.</summary>
internal sealed record OpenUploadList
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "uploads";

    [JsonPropertyOrder(-2)]
    public string Type => "uploads";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    public required IReadOnlyList<OpenUpload> Open { get; init; }

    /// <summary>From the last write on: what it holds ends earlier.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive { get; init; } = (int)TimeSpan.FromDays(1).TotalSeconds;
}

/// <summary>An upload that counts until it is completed, or until an instant.</summary>
internal sealed record OpenUpload(MediaId MediaId, DateTimeOffset Until);
