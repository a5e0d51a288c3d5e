using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Media;

/// <summary>
/// The uploads that a user declared, until their addresses aren't good any more; so many at a time, and so many and of so many bytes a day
/// (UTC), exact over all instances.
/// </summary>
/// <remarks>
/// One document in the user's partition, changed under its ETag: an upload costs a read and a write. Which of them were completed is looked
/// at where no more may be open, and not each time.
/// </remarks>
public sealed class OpenUploads(ChatContainers containers, MediaStore store, Limits limits, TimeProvider time)
{
    /// <summary>For how long after its address's end an upload may be completed: for clocks that differ, and for slow calls.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>Longer than any call that found an upload takes to complete it.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>When an upload is over for certain.</summary>
    public static DateTimeOffset EndOf(MediaItem item) => item.UrlExpiresAt + Margin + LongestCall;

    /// <summary>An upload as its owner declared it; null when there is none, or its address has ended.</summary>
    /// <param name="user">Its owner.</param>
    /// <param name="id">The upload.</param>
    /// <param name="isFresh">Whether it is to be as new as the last write, of whichever instance: 1 RU more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<MediaItem?> FindAsync(UserId user, MediaId id, bool isFresh, CancellationToken cancellationToken)
    {
        if (isFresh)
        {
            await containers.Users.RefreshSessionAsync(OpenUploadList.DocumentId, Partition(user), cancellationToken);
        }

        return (await ReadAsync(user, cancellationToken)).List.Find(id);
    }

    /// <summary>All that a user declared, without those whose address has ended.</summary>
    internal async Task<(OpenUploadList List, string? ETag)> ReadAsync(UserId user, CancellationToken cancellationToken)
    {
        var (found, etag) = await containers.Users.ReadDocumentAsync(
            OpenUploadList.DocumentId,
            Partition(user),
            ChatJson.Default.OpenUploadList,
            cancellationToken: cancellationToken);
        var now = time.GetUtcNow();
        var list = found ?? new OpenUploadList { UserId = user };
        return (list with { Open = [.. list.Open.Where(one => one.UrlExpiresAt + Margin > now)] }, etag);
    }

    /// <summary>Stores an upload in place of what the list has of it, and counts it unless its address was still good.</summary>
    /// <returns>False when the list isn't as it was read any more.</returns>
    internal Task<bool> TryAddAsync(OpenUploadList list, string? etag, MediaItem item, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isCounted = list.Find(item.MediaId)?.UrlExpiresAt > now;
        list = list.On(now);
        return TryWriteAsync(
            list with
            {
                Count = list.Count + (isCounted ? 0 : 1),
                Bytes = list.Bytes + (isCounted ? 0 : item.Bytes),
                Open = [.. list.Open.Where(one => one.MediaId != item.MediaId), item],
            },
            etag,
            cancellationToken);
    }

    /// <summary>The list with room for another upload, or the refusal of one.</summary>
    internal async Task<(OpenUploadList List, Problem? Refusal)> MakeRoomAsync(
        OpenUploadList list,
        string? etag,
        MediaItem item,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (RefusalOfTheDay(list.On(now), item, Day - now.UtcDateTime.TimeOfDay) is { } refusal)
        {
            return (list, refusal);
        }

        if (OpenAt(list, now).Count < limits.OpenUploads)
        {
            return (list, null);
        }

        var declared = list.Open.Count;
        var completed = await store.FindAsync(list.Open.Select(one => one.MediaId), cancellationToken);
        list = list with { Open = [.. list.Open.Where(one => !completed.ContainsKey(one.MediaId))] };

        // Nothing is refused on what a replica has: one that was completed just now makes room.
        foreach (var one in OpenAt(list, now))
        {
            if (OpenAt(list, now).Count >= limits.OpenUploads
                && await store.FindAsync(one.MediaId, isFresh: true, cancellationToken) is not null)
            {
                list = list with { Open = [.. list.Open.Where(other => other.MediaId != one.MediaId)] };
            }
        }

        var open = OpenAt(list, now);
        if (open.Count < limits.OpenUploads)
        {
            return (list, null);
        }

        // The next ones have fewer to look at.
        if (list.Open.Count < declared)
        {
            await TryWriteAsync(list, etag, cancellationToken);
        }

        var (first, last) = (open.Min(one => one.UrlExpiresAt), open.Max(one => one.UrlExpiresAt));
        return (list, Problems.RateLimited("openUploads", limits.OpenUploads, new(limits.OpenUploads, last - now, 0, first - now)));
    }

    private Problem? RefusalOfTheDay(OpenUploadList list, MediaItem item, TimeSpan left)
    {
        var (most, mostBytes) = (limits.UploadsPerDay, limits.UploadBytesPerDay);
        return most > 0 && list.Count >= most ? Problems.RateLimited("uploadsPerDay", most, new(most, Day, 0, left))
            : mostBytes > 0 && list.Bytes + item.Bytes > mostBytes ? Problems.RateLimited(
                "uploadBytesPerDay", mostBytes, new(mostBytes, Day, Math.Max(0, mostBytes - list.Bytes), left))
            : null;
    }

    private Task<bool> TryWriteAsync(OpenUploadList list, string? etag, CancellationToken cancellationToken) =>
        containers.Users.TryWriteDocumentAsync(
            list,
            OpenUploadList.DocumentId,
            Partition(list.UserId),
            etag,
            ChatJson.Default.OpenUploadList,
            cancellationToken);

    private static List<MediaItem> OpenAt(OpenUploadList list, DateTimeOffset now) =>
        [.. list.Open.Where(one => one.UrlExpiresAt > now)];

    private static PartitionKey Partition(UserId user) => new(user.Value);
}

/// <summary>A user's uploads, in their partition.</summary>
internal sealed record OpenUploadList
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "uploads";

    [JsonPropertyOrder(-2)]
    public string Type => "uploads";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>The day (UTC) of <see cref="Count"/> and <see cref="Bytes"/>.</summary>
    public DateOnly Day { get; init; }

    /// <summary>How many uploads were declared that day.</summary>
    public int Count { get; init; }

    /// <summary>How many bytes they have, as declared.</summary>
    public long Bytes { get; init; }

    /// <summary>What was declared and whose address may be good; some of it may be completed by now.</summary>
    public IReadOnlyList<MediaItem> Open { get; init; } = [];

    /// <summary>From the last write on, in seconds: what it holds ends earlier.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive => (int)TimeSpan.FromDays(1).TotalSeconds;

    /// <summary>The list with the counts of the day. Where clocks differ at midnight, the later day counts.</summary>
    public OpenUploadList On(DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return Day >= today ? this : this with { Day = today, Count = 0, Bytes = 0 };
    }

    public MediaItem? Find(MediaId id) => Open.FirstOrDefault(one => one.MediaId == id);
}
