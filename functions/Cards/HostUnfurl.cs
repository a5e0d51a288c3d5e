using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Hooks;
using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Cards;

/// <summary>Asks the host app what viewers of a class see of its things.</summary>
/// <remarks>
/// One attempt of 500 ms. Without an answer the last one holds, and without any a card is shown as it was sent. Answers are asked for anew
/// after five minutes. It learns neither who looks nor where.
/// </remarks>
public sealed class HostUnfurl(HostAddress<HostUnfurl> host, HostCalls calls, TimeProvider time, ILogger<HostUnfurl> logger)
{
    /// <summary>Answers that are kept, some 30 MB at most. When there are as many, the older half is forgotten.</summary>
    private const int MaxKept = 5_000;

    /// <summary>Cards that one call asks for: an answer to them is below the 64 KB that are read.</summary>
    private const int MaxAsked = 10;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(ViewerClass Viewers, string Key), (UnfurledCard Card, long At)> _kept = new();
    private readonly CircuitBreaker _breaker = new(time);

    public bool IsOn => host.IsOn;

    /// <summary>The cards as these viewers may see them, in the same order.</summary>
    internal async Task<IReadOnlyList<Card>> UnfurlAsync(
        ViewerClass viewers,
        IReadOnlyList<Card> cards,
        CancellationToken cancellationToken)
    {
        var known = cards.DistinctBy(card => card.Key, StringComparer.Ordinal)
            .Select(card => (Card: card, Known: Find(viewers, card.Key)))
            .ToDictionary(one => one.Card.Key, one => (one.Card, one.Known), StringComparer.Ordinal);
        List<Card> asked = [.. known.Values.Where(one => one.Known is null).Select(one => one.Card)];
        var answers = await Task.WhenAll(asked.Chunk(MaxAsked).Select(some => TryAskAsync(viewers, some, cancellationToken)));
        foreach (var (card, answer) in asked.Zip(answers.SelectMany(some => some)))
        {
            if (answer is not null)
            {
                Keep((viewers, card.Key), answer);
            }

            known[card.Key] = (card, answer ?? Last(viewers, card.Key));
        }

        return [.. cards.Select(card => known[card.Key].Known?.Of(card) ?? card)];
    }

    private UnfurledCard? Find(ViewerClass viewers, string key) =>
        _kept.TryGetValue((viewers, key), out var kept) && time.GetElapsedTime(kept.At) < Kept ? kept.Card : null;

    private UnfurledCard? Last(ViewerClass viewers, string key) => _kept.TryGetValue((viewers, key), out var kept) ? kept.Card : null;

    private void Keep((ViewerClass Viewers, string Key) of, UnfurledCard card)
    {
        if (_kept.Count >= MaxKept)
        {
            foreach (var (oldest, _) in _kept.ToArray().OrderBy(one => one.Value.At).Take(MaxKept / 2))
            {
                _kept.TryRemove(oldest, out _);
            }
        }

        _kept[of] = (card, time.GetTimestamp());
    }

    /// <summary>The answers, in the same order; null for each of which there is none, or none that is well-formed.</summary>
    private async Task<IReadOnlyList<UnfurledCard?>> TryAskAsync(
        ViewerClass viewers,
        Card[] cards,
        CancellationToken cancellationToken)
    {
        var answered = await _breaker.TryAsync(
            cancel => AskAsync(viewers, cards, cancel),
            Timeout,
            logger.NotUnfurled,
            logger.UnfurlPaused,
            cancellationToken);
        return [.. (answered ?? new UnfurledCard?[cards.Length]).Select(card => card is { IsWellFormed: true } ? card : null)];
    }

    private async Task<IReadOnlyList<UnfurledCard?>> AskAsync(ViewerClass viewers, Card[] cards, CancellationToken cancellationToken)
    {
        var question = new Unfurl(viewers, [.. cards.Select(card => new CardReference(card.Type, card.Id))]);
        var json = await calls.PostAsync(
            host.Url,
            host.Key,
            OpaqueId.Random(),
            JsonSerializer.SerializeToUtf8Bytes(question, ChatJson.Default.Unfurl),
            cancellationToken);
        return JsonSerializer.Deserialize(json, ChatJson.Default.UnfurlAnswer)?.Cards is { } answered && answered.Count == cards.Length
            ? answered
            : throw new InvalidDataException("The answer isn't a card for each.");
    }
}

/// <summary>What tells viewers apart to whom different things are available, as far as the host app said.</summary>
internal sealed record ViewerClass(AgeBand AgeBand)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Region { get; init; }
}

/// <summary>What the host app is asked.</summary>
internal sealed record Unfurl(ViewerClass ViewerClass, IReadOnlyList<CardReference> Refs);

public sealed record CardReference(string Type, ContentId Id);

/// <summary>What the host app answers: for each, in order.</summary>
internal sealed record UnfurlAnswer(IReadOnlyList<UnfurledCard?> Cards);

/// <summary>What viewers see of a thing. With a title all of it replaces what was sent; without, that holds.</summary>
/// <param name="State"><c>available</c> or <c>unavailable</c>.</param>
internal sealed record UnfurledCard(string State)
{
    public string? Title { get; init; }

    public string? Subtitle { get; init; }

    public string? ThumbnailUrl { get; init; }

    public string? Extra { get; init; }

    /// <summary>Whether it is within the bounds of what is sent.</summary>
    [JsonIgnore]
    public bool IsWellFormed =>
        State is "available" or "unavailable"
        && Title is not "" && Fits(Title) && Fits(Subtitle)
        && (Extra is null || Encoding.UTF8.GetByteCount(Extra) <= Card.MaxExtraBytes)
        && (ThumbnailUrl is null || (ThumbnailUrl.Length <= 1024 && ThumbnailUrl.StartsWith("https://", StringComparison.Ordinal)));

    public Card Of(Card sent) =>
        State == Card.Unavailable ? sent.Without(Card.Unavailable)
        : Title is null ? sent
        : sent with { Title = Title, Subtitle = Subtitle, ThumbnailUrl = ThumbnailUrl, Extra = Extra };

    private static bool Fits(string? text) => text is null || text.EnumerateRunes().Count() <= Card.MaxText;
}

/// <summary>The log lines of cards. They name no thing: what is shared is nobody else's to know.</summary>
internal static partial class CardsLog
{
    [LoggerMessage(740, LogLevel.Warning, "The host app didn't say what cards show; they are shown as it said last, or as they were sent.")]
    public static partial void NotUnfurled(this ILogger logger, Exception exception);

    [LoggerMessage(741, LogLevel.Error, "The host app didn't say again and again what cards show, and isn't asked for a while.")]
    public static partial void UnfurlPaused(this ILogger logger);
}
