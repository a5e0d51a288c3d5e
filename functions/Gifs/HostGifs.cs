using System.Globalization;
using Chat.Functions.Cards;
using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Gifs;

/// <summary>Asks the host app for GIFs.</summary>
/// <remarks>
/// One attempt of two seconds; an answer holds for a minute. It learns what is searched for, but neither by whom nor where.
/// </remarks>
public sealed class HostGifs(GifOptions options, CardOptions cards, HostCalls calls, TimeProvider time, ILogger<HostGifs> logger)
{
    /// <summary>Answers that are kept, each of at most the 64 KB that are read. When there are as many, all are forgotten.</summary>
    private const int MaxKept = 200;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly BoundedCache<GifSearch, (GifPage Page, long At)> _kept = new(MaxKept);
    private readonly CircuitBreaker _breaker = new(time);

    public bool IsOn => options.IsOn;

    /// <summary>What it finds; null without a usable answer.</summary>
    internal async Task<GifPage?> TryFindAsync(GifSearch search, CancellationToken cancellationToken)
    {
        if (_kept.TryGet(search, out var known) && time.GetElapsedTime(known.At) < Kept)
        {
            return known.Page;
        }

        var page = await _breaker.TryAsync(
            async cancel =>
                GifPage.Read(await calls.GetAsync(options.GifsUrl, options.GifsKey, QueryOf(search), cancel), search.Limit, cards),
            Timeout,
            logger.NoUsableAnswer,
            logger.GifsPaused,
            cancellationToken);
        if (page is not null)
        {
            _kept.Set(search, (page, time.GetTimestamp()));
        }

        return page;
    }

    private static string QueryOf(GifSearch search)
    {
        var query = $"q={Uri.EscapeDataString(search.Words)}&limit={search.Limit.ToString(CultureInfo.InvariantCulture)}";
        return search.Cursor is null ? query : $"{query}&cursor={Uri.EscapeDataString(search.Cursor)}";
    }
}

/// <summary>The log lines of GIFs. They don't say what was searched for.</summary>
internal static partial class GifsLog
{
    [LoggerMessage(742, LogLevel.Warning, "The host app gave no usable answer to a search for GIFs; the user was told to try again.")]
    public static partial void NoUsableAnswer(this ILogger logger, Exception exception);

    [LoggerMessage(743, LogLevel.Error, "The host app gave no usable answer to five searches for GIFs in a row; it isn't asked for 15 s.")]
    public static partial void GifsPaused(this ILogger logger);
}
