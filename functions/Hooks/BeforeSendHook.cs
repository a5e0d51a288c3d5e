using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Conversations;
using Chat.Functions.Locations;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Polls;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Hooks;

/// <summary>Asks the host app about messages before they are committed, where the operator says so.</summary>
/// <remarks>
/// One attempt within the time-out. Whatever else comes than a verdict for each message is a failure. A retried send asks again; the log
/// answers a repeat of what was accepted, whatever the host app says then.
/// </remarks>
public sealed class BeforeSendHook(
    BeforeSendOptions options,
    HostCalls calls,
    ConversationReader reader,
    TimeProvider time,
    ILogger<BeforeSendHook> logger)
{
    private readonly CircuitBreaker _breaker = new(time);

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
                && (content.IsHeld || (IsWanted(content.Kind) && IsSampled(conversation, messages[n].MessageId))))];
        if (options.When == "firstContact"
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
        var body = JsonSerializer.SerializeToUtf8Bytes(question, ChatJson.Default.BeforeSend);
        var verdicts = await TryAskAsync(body, asked.Count, cancellationToken);
        MessageContent[] answered = [.. messages.Select(message => message.Content)];
        foreach (var (index, n) in asked.Index())
        {
            answered[n] = With(answered[n], verdicts?[index].Action, canBeHeld) with { IsTold = verdicts is not null };
        }

        return answered;
    }

    /// <summary>
    /// The refusal of texts that aren't messages; null when they may be said. They can't be held, so what would be is refused.
    /// </summary>
    /// <param name="author">Who says them.</param>
    /// <param name="conversation">Where; null for what a user says of themselves.</param>
    /// <param name="texts">What; those without a text aren't asked about.</param>
    /// <param name="cancellationToken">Cancels asking.</param>
    public async Task<Problem?> RefusalAsync(
        UserId author,
        ConversationId? conversation,
        IReadOnlyList<SaidText> texts,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<SaidText> asked = options.When == "all" ? [.. texts.Where(text => text.Text is not null && IsWanted(text.Kind))] : [];
        if (asked.Count == 0)
        {
            return null;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new BeforeSet(conversation, author, asked), ChatJson.Default.BeforeSet);
        var verdicts = await TryAskAsync(body, asked.Count, cancellationToken);
        return verdicts is null && options.OnFailure != "allow" ? Problems.Unavailable
            : verdicts?.Any(verdict => verdict.Action is "refuse" or "hold") == true ? Problems.ContentRefused
            : null;
    }

    /// <summary>Whether the host app is asked about anything.</summary>
    public bool IsOn => options.IsOn;

    private MessageContent With(MessageContent content, string? action, bool canBeHeld) => (action ?? options.OnFailure) switch
    {
        "hold" when canBeHeld => content with { IsHeld = true },
        "hold" or "refuse" => content with { Refusal = action is null ? Problems.Unavailable : Problems.ContentRefused },
        "flag" => content with { Flags = [.. content.Flags ?? [], "hook"] },
        _ => content,
    };

    private bool IsWanted(string kind) => options.Kinds.Split(',').Contains(kind, StringComparer.Ordinal);

    /// <summary>The same for a retry.</summary>
    private bool IsSampled(ConversationId conversation, MessageId messageId) =>
        options.When != "sample"
        || BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{conversation}:{messageId}"))) % 100
            < options.SamplePercent;

    private async Task<bool> IsFirstContactAsync(ConversationId conversation, UserId sender, CancellationToken cancellationToken) =>
        await reader.ReadHeadAsync(conversation, null, cancellationToken) is { Kind: ConversationKind.Direct, Members: { } members }
        && members.All(member => member.UserId == sender || member.SentSeq == 0);

    /// <summary>The verdicts; null when there are none.</summary>
    private Task<IReadOnlyList<BeforeSendVerdict>?> TryAskAsync(byte[] question, int count, CancellationToken cancellationToken) =>
        _breaker.TryAsync(
            cancel => SendAsync(question, count, cancel),
            TimeSpan.FromMilliseconds(options.TimeoutMilliseconds),
            logger.HookFailed,
            logger.HookPaused,
            cancellationToken);

    private async Task<IReadOnlyList<BeforeSendVerdict>> SendAsync(byte[] question, int count, CancellationToken cancellationToken)
    {
        var json = await calls.PostAsync(options.Url, options.Key, OpaqueId.Random(), question, cancellationToken);
        var verdicts = JsonSerializer.Deserialize(json, ChatJson.Default.BeforeSendAnswer)?.Verdicts;
        return verdicts?.Count == count && verdicts.All(verdict => verdict.Action is "allow" or "flag" or "hold" or "refuse")
            ? verdicts
            : throw new InvalidDataException("The answer isn't a verdict for each message.");
    }
}

/// <summary>What the host app is asked.</summary>
internal sealed record BeforeSend(ConversationId ConversationId, UserId SenderId, IReadOnlyList<BeforeSendMessage> Messages)
{
    /// <summary>What is asked of a message that is to be sent.</summary>
    public const string Asking = "message.beforeSend";

    /// <summary>What is told of a message that is held, when the host app doesn't know of it.</summary>
    public const string Telling = "message.stillHeld";

    public string Type { get; init; } = Asking;
}

/// <summary>What the host app is asked of texts that aren't messages.</summary>
/// <param name="ConversationId">Where they are said; absent for what a user says of themselves.</param>
internal sealed record BeforeSet(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConversationId? ConversationId,
    UserId SenderId,
    IReadOnlyList<SaidText> Texts)
{
    public string Type { get; } = "text.beforeSet";
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

    /// <summary>The sender's uploads that it shows, by their ids; absent without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AttachedMedia>? Attachments { get; init; }

    /// <summary>The host app's things that it shows; absent without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Card>? Cards { get; init; }

    /// <summary>The place that it shows; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Location? Location { get; init; }

    /// <summary>The sticker that it shows; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChosenSticker? Sticker { get; init; }

    public static BeforeSendMessage Of(MessageId messageId, MessageContent content) =>
        Of(messageId, content.Kind, content.Text, content.Poll, content.Attachments, content.Location, content.Sticker, content.Cards) with
        {
            Held = content.IsHeld,
        };

    public static BeforeSendMessage Of(MessageId messageId, string kind, HeldContent content)
    {
        var files = content.Attachments?.Select(file => new AttachedMedia(file.MediaId)).ToList();
        return Of(messageId, kind, content.Text, content.Poll, files, content.Location, content.Chosen, content.Cards);
    }

    private static BeforeSendMessage Of(
        MessageId messageId,
        string kind,
        string text,
        Poll? poll,
        IReadOnlyList<AttachedMedia>? files,
        Location? location,
        ChosenSticker? sticker,
        IReadOnlyList<Card>? cards) =>
        new(messageId, HeldContent.HashOf(text, poll, files?.Select(file => file.MediaId), location, sticker, cards), kind, text)
        {
            Location = location,
            Sticker = sticker,
            Options = poll is null ? null : [.. poll.Options.Select(option => option.Text)],
            Attachments = files,
            Cards = cards,
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
}
