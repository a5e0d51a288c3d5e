using System.Text.Json;
using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.People;

/// <summary>Asks the host app how two follow each other, where it wants to be asked and never told.</summary>
/// <remarks>
/// An address that is set later holds for first contacts from then on. One attempt of 300 ms. Without an answer the two are strangers:
/// first contact is then what it is between those. Answers are kept for a minute, failures aren't.
/// </remarks>
public sealed class RelationshipPull(
    HostAddress<RelationshipPull> host,
    HostCalls calls,
    TimeProvider time,
    ILogger<RelationshipPull> logger)
{
    /// <summary>Answers that are kept, some 3 MB. When there are as many, all are forgotten: each costs a call more.</summary>
    private const int MaxKept = 10_000;

    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);

    private readonly BoundedCache<(UserId From, UserId To), (RelationshipAnswer Answer, long At)> _kept = new(MaxKept);
    private readonly CircuitBreaker _breaker = new(time);

    public bool IsOn => host.IsOn;

    /// <summary>
    /// How a recipient of first contact follows the one who makes it, and is followed; null for no answer.
    /// </summary>
    public async Task<Relationship?> FindAsync(UserId sender, UserId recipient, CancellationToken cancellationToken) =>
        await AskAsync(sender, recipient, cancellationToken) is not { } answer ? null : new Relationship
        {
            UserId = recipient,
            OtherUserId = sender,
            Follows = answer.Followed,
            Followed = answer.Follows,
        };

    private async Task<RelationshipAnswer?> AskAsync(UserId from, UserId to, CancellationToken cancellationToken)
    {
        if (_kept.TryGet((from, to), out var known) && time.GetElapsedTime(known.At) < Kept)
        {
            return known.Answer;
        }

        var query = $"from={Uri.EscapeDataString(from.Value)}&to={Uri.EscapeDataString(to.Value)}";
        var answer = await _breaker.TryAsync(
            async cancel =>
                JsonSerializer.Deserialize(await calls.GetAsync(host.Url, host.Key, query, cancel), ChatJson.Default.RelationshipAnswer)
                    ?? throw new InvalidDataException("The answer says nothing."),
            Timeout,
            logger.NotAnswered,
            logger.PullPaused,
            cancellationToken);
        if (answer is not null)
        {
            _kept.Set((from, to), (answer, time.GetTimestamp()));
        }

        return answer;
    }
}

/// <summary>What the host app answers.</summary>
/// <param name="Follows">Whether <c>from</c> follows <c>to</c>.</param>
/// <param name="Followed">Whether <c>to</c> follows <c>from</c>.</param>
internal sealed record RelationshipAnswer(bool Follows, bool Followed);

/// <summary>The log lines of asking who follows whom. They name no users, nor the address, which has them.</summary>
internal static partial class RelationshipLog
{
    [LoggerMessage(720, LogLevel.Warning, "The host app didn't say how two follow each other; they count as strangers.")]
    public static partial void NotAnswered(this ILogger logger, Exception exception);

    [LoggerMessage(721, LogLevel.Error, "The host app didn't say again and again who follows whom, and isn't asked for a while.")]
    public static partial void PullPaused(this ILogger logger);
}
