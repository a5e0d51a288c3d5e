using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Hooks;

/// <summary>Asks the host app about messages before they are committed, where the operator says so.</summary>
/// <remarks>
/// One attempt within the time-out, no redirects, no proxy, an answer of at most 64 KB. Whatever else comes than a verdict for each
/// message is a failure. A retried send asks again; the log answers a repeat of what was accepted, whatever the host app says then.
/// </remarks>
public sealed class BeforeSendHook : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly BeforeSendOptions _options;
    private readonly ConversationReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger<BeforeSendHook> _logger;
    private readonly CircuitBreaker _breaker;
    private readonly HttpClient _http;

    public BeforeSendHook(BeforeSendOptions options, ConversationReader reader, TimeProvider time, ILogger<BeforeSendHook> logger)
    {
        (_options, _reader, _time, _logger) = (options, reader, time, logger);
        _breaker = new CircuitBreaker(time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>
    /// The messages with what the host app says of each, in the same order. What is refused already isn't asked about; what a word
    /// list holds always is, since nobody else can decide on it.
    /// </summary>
    /// <param name="conversation">Where they are sent.</param>
    /// <param name="sender">By whom.</param>
    /// <param name="messages">What they say.</param>
    /// <param name="canBeHeld">False for edits: what would be held is refused; without a verdict it may be tried again.</param>
    /// <param name="cancellationToken">Cancels asking.</param>
    public async Task<IReadOnlyList<MessageContent>> AskAsync(
        ConversationId conversation,
        UserId sender,
        IReadOnlyList<(MessageId MessageId, MessageContent Content)> messages,
        bool canBeHeld,
        CancellationToken cancellationToken)
    {
        List<int> asked = [.. Enumerable.Range(0, messages.Count)
            .Where(n => messages[n].Content is { Refusal: null } content
                && (content.IsHeld || (IsWanted(content) && IsSampled(conversation, messages[n].MessageId))))];
        if (_options.When == "firstContact"
            && asked.Exists(n => !messages[n].Content.IsHeld)
            && !await IsFirstContactAsync(conversation, sender, cancellationToken))
        {
            asked.RemoveAll(n => !messages[n].Content.IsHeld);
        }

        if (asked.Count == 0)
        {
            return [.. messages.Select(message => message.Content)];
        }

        var question = new BeforeSend(
            conversation,
            sender,
            [.. asked.Select(n => BeforeSendMessage.Of(messages[n].MessageId, messages[n].Content))]);
        var verdicts = await TryAskAsync(question, cancellationToken);
        MessageContent[] answered = [.. messages.Select(message => message.Content)];
        foreach (var (index, n) in asked.Index())
        {
            answered[n] = With(answered[n], verdicts?[index].Action, canBeHeld);
        }

        if (verdicts is null)
        {
            NoteUntold(asked.Count(n => answered[n] is { IsHeld: true, Refusal: null }));
        }

        return answered;
    }

    /// <summary>Tells operators of messages that are to be held though nobody may know that there is something to decide.</summary>
    public void NoteUntold(int held)
    {
        if (held > 0)
        {
            _logger.HeldUntold(held);
        }
    }

    /// <summary>Whether the host app is asked about anything.</summary>
    public bool IsOn => _options.IsOn;

    public void Dispose() => _http.Dispose();

    private MessageContent With(MessageContent content, string? action, bool canBeHeld) => (action ?? _options.OnFailure) switch
    {
        "hold" when canBeHeld => content with { IsHeld = true },
        "hold" or "refuse" => content with { Refusal = action is null ? Problems.Unavailable : Problems.ContentRefused },
        "flag" => content with { Flags = [.. content.Flags ?? [], "hook"] },
        _ => content,
    };

    private bool IsWanted(MessageContent content) =>
        _options.Kinds.Split(',').Contains(content.Kind, StringComparer.Ordinal);

    /// <summary>The same for a retry.</summary>
    private bool IsSampled(ConversationId conversation, MessageId messageId) =>
        _options.When != "sample"
        || BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{conversation}:{messageId}"))) % 100
            < _options.SamplePercent;

    private async Task<bool> IsFirstContactAsync(ConversationId conversation, UserId sender, CancellationToken cancellationToken) =>
        await _reader.ReadHeadAsync(conversation, null, cancellationToken) is { Kind: ConversationKind.Direct, Members: { } members }
        && members.All(member => member.UserId == sender || member.SentSeq == 0);

    /// <summary>The verdicts; null when there are none.</summary>
    private async Task<IReadOnlyList<BeforeSendVerdict>?> TryAskAsync(BeforeSend question, CancellationToken cancellationToken)
    {
        if (!_breaker.Allows())
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(_options.TimeoutMilliseconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var verdicts = await SendAsync(question, either.Token);
            _breaker.Note(isFailure: false);
            return verdicts;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _logger.HookFailed(exception);
            if (_breaker.Note(isFailure: true))
            {
                _logger.HookPaused();
            }

            return null;
        }
    }

    private async Task<IReadOnlyList<BeforeSendVerdict>> SendAsync(BeforeSend question, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(question, ChatJson.Default.BeforeSend);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        WebhookSignature.Sign(request, _options.Key, OpaqueId.Random(), _time.GetUtcNow(), body);
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var json = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var verdicts = JsonSerializer.Deserialize(json, ChatJson.Default.BeforeSendAnswer)?.Verdicts;
        return verdicts?.Count == question.Messages.Count
            && verdicts.All(verdict => verdict.Action is "allow" or "flag" or "hold" or "refuse")
            ? verdicts
            : throw new InvalidDataException("The answer isn't a verdict for each message.");
    }
}

/// <summary>What the host app is asked.</summary>
internal sealed record BeforeSend(ConversationId ConversationId, UserId SenderId, IReadOnlyList<BeforeSendMessage> Messages)
{
    public string Type { get; } = "message.beforeSend";
}

/// <summary>A message that the host app is asked about.</summary>
/// <param name="ContentHash">Goes back with a verdict that is given later.</param>
internal sealed record BeforeSendMessage(MessageId MessageId, string ContentHash, string Kind, string Text)
{
    /// <summary>A poll's options; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>Whether a word list holds it, whatever the answer: it needs a verdict later. Absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Held { get; init; }

    public static BeforeSendMessage Of(MessageId messageId, MessageContent content) =>
        new(messageId, HeldContent.HashOf(content.Text, content.Poll), content.Kind, content.Text)
        {
            Options = content.Poll is { } poll ? [.. poll.Options.Select(option => option.Text)] : null,
            Held = content.IsHeld,
        };
}

/// <summary>What the host app answers: a verdict for each message, in order.</summary>
internal sealed record BeforeSendAnswer(IReadOnlyList<BeforeSendVerdict> Verdicts);

/// <param name="Action"><c>allow</c>, <c>flag</c>, <c>hold</c> or <c>refuse</c>.</param>
internal sealed record BeforeSendVerdict(string Action);

/// <summary>The log lines of hooks.</summary>
internal static partial class HooksLog
{
    [LoggerMessage(710, LogLevel.Warning, "The host app gave no verdict on messages.")]
    public static partial void HookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(711, LogLevel.Error, "The host app gave no verdict again and again, and isn't asked for a while.")]
    public static partial void HookPaused(this ILogger logger);

    [LoggerMessage(712, LogLevel.Warning, "{Count} messages are to be held that the host app may not know of.")]
    public static partial void HeldUntold(this ILogger logger, int count);
}
