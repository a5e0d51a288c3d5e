using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Content;

/// <summary>The word lists that apply: at most a minute behind what is stored.</summary>
/// <remarks>
/// Each instance asks once in 50 s, when it needs them, which lists there are and reads those that changed. Calls go on with what is
/// known meanwhile; after a minute without calls they wait, 3 s at most. If that fails, what is known applies for another minute; if
/// nothing is known yet, the call fails, so that no text passes unseen. A list that can't be used is left out, with
/// an error in the log; if an earlier version of it could, that one applies.
/// </remarks>
public sealed class WordLists(ChatContainers containers, TimeProvider time, ILogger<WordLists> logger)
{
    /// <summary>After how long lists are read again, beside the calls.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(50);

    /// <summary>After how long a call waits for that.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The pause after a failure.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly PartitionKey Partition = new(WordListDocument.Partition);

    private readonly Lock _lock = new();
    private Known _known = new([], []);
    private long _freshUntil = long.MinValue;
    private long _usableUntil = long.MinValue;
    private Task<Known>? _loading;

    /// <summary>The lists, ordered by id.</summary>
    internal ValueTask<IReadOnlyList<WordList>> GetAsync(CancellationToken cancellationToken) =>
        time.GetTimestamp() < Volatile.Read(ref _freshUntil) ? new(_known.Lists) : new(ReloadAsync(cancellationToken));

    private async Task<IReadOnlyList<WordList>> ReloadAsync(CancellationToken cancellationToken)
    {
        Task<Known> loading;
        lock (_lock)
        {
            // Shared by all calls, so that none of them can cancel it.
            loading = _loading ??= Task.Run(LoadAsync, CancellationToken.None);
        }

        return time.GetTimestamp() < Volatile.Read(ref _usableUntil)
            ? _known.Lists
            : (await loading.WaitAsync(cancellationToken)).Lists;
    }

    private async Task<Known> LoadAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            // The SDK looks at the token between its tries only.
            _known = await ReadAsync(_known, timeout.Token).WaitAsync(timeout.Token);
            Keep(Fresh);
        }
        catch (Exception exception) when (_usableUntil != long.MinValue)
        {
            logger.NotReloaded(exception);
            Keep(Pause);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException("The word lists can't be read just now.", exception);
        }
        finally
        {
            lock (_lock)
            {
                _loading = null;
            }
        }

        return _known;
    }

    private void Keep(TimeSpan fresh)
    {
        Volatile.Write(ref _usableUntil, In(Usable));
        Volatile.Write(ref _freshUntil, In(fresh));

        long In(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
    }

    private async Task<Known> ReadAsync(Known before, CancellationToken cancellationToken)
    {
        List<WordListVersion> versions = [];
        await foreach (var version in containers.Settings.QueryPartitionAsync(
            new QueryDefinition("SELECT c.id, c._etag FROM c"),
            Partition,
            ChatJson.Default.DocumentsPageWordListVersion,
            cancellationToken: cancellationToken))
        {
            versions.Add(version);
        }

        versions.Sort((one, other) => string.CompareOrdinal(one.Id, other.Id));
        if (versions.SequenceEqual(before.Versions))
        {
            return before;
        }

        if (versions.Count > WordListDocument.MaxLists)
        {
            logger.TooManyLists(versions.Count, WordListDocument.MaxLists);
        }

        var lists = await Task.WhenAll(versions.Take(WordListDocument.MaxLists).Select(async version =>
        {
            var known = before.Lists.FirstOrDefault(list => list.Id == version.Id);
            return before.Versions.Contains(version) ? known : await ReadAsync(version.Id, cancellationToken) ?? known;
        }));
        return new(versions, [.. lists.OfType<WordList>()]);
    }

    private async Task<WordList?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var (document, _) = await containers.Settings.ReadDocumentAsync(
                id,
                Partition,
                ChatJson.Default.WordListDocument,
                cancellationToken: cancellationToken);
            if (document?.Fault is { } fault)
            {
                logger.ListUnusable(id, fault);
            }

            return document is { Fault: null } ? WordList.Of(document) : null;
        }
        catch (JsonException exception)
        {
            logger.ListUnreadable(exception, id);
            return null;
        }
    }

    private sealed record Known(IReadOnlyList<WordListVersion> Versions, IReadOnlyList<WordList> Lists);
}

/// <summary>A stored list, by whose ETag a change is seen.</summary>
internal sealed record WordListVersion(string Id, [property: JsonPropertyName("_etag")] string ETag);

/// <summary>The log lines of content filters.</summary>
internal static partial class ContentLog
{
    [LoggerMessage(700, LogLevel.Warning, "The word lists couldn't be read again; those from before apply.")]
    public static partial void NotReloaded(this ILogger logger, Exception exception);

    [LoggerMessage(701, LogLevel.Error, "The word list {List} can't be used: {Fault}.")]
    public static partial void ListUnusable(this ILogger logger, string list, string fault);

    [LoggerMessage(702, LogLevel.Error, "The word list {List} isn't a document of the form that is documented.")]
    public static partial void ListUnreadable(this ILogger logger, Exception exception, string list);

    [LoggerMessage(703, LogLevel.Error, "There are {Count} word lists; only the first {Most} by id apply.")]
    public static partial void TooManyLists(this ILogger logger, int count, int most);
}
