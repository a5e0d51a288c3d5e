using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Cards;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Media;

/// <summary>On queue <c>media</c>: what is to be done about uploaded files, cards and links. Every kind may be repeated.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(UploadCompleted), "uploadCompleted")]
[JsonDerivedType(typeof(UploadExpired), "uploadExpired")]
[JsonDerivedType(typeof(ScanDue), "scanDue")]
[JsonDerivedType(typeof(VerdictGiven), "verdictGiven")]
[JsonDerivedType(typeof(MediaDue), "mediaDue")]
[JsonDerivedType(typeof(ReferenceDue), "referenceDue")]
[JsonDerivedType(typeof(ConversationGone), "conversationGone")]
[JsonDerivedType(typeof(CardRevoked), "cardRevoked")]
[JsonDerivedType(typeof(FileReported), "photoReported")]
[JsonDerivedType(typeof(LinkSent), "linkSent")]
public abstract record MediaMessage
{
    public const string Queue = "media";

    /// <summary>The same for all that ask for the same, so that the queue takes it once.</summary>
    [JsonIgnore]
    public virtual string MessageId => OpaqueId.Random();
}

/// <summary>A file was uploaded, and is to be processed.</summary>
public sealed record UploadCompleted(MediaId MediaId) : MediaMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("uploadCompleted", MediaId.Value);
}

/// <summary>An address for an upload isn't good any more. It does nothing if there is a newer one.</summary>
public sealed record UploadExpired(MediaId MediaId, UserId UserId, DateTimeOffset UrlExpiresAt) : MediaMessage;

/// <summary>The host app is to be asked about a file that is held.</summary>
/// <param name="Asked">How often it answered that its verdict is pending.</param>
public sealed record ScanDue(MediaId MediaId, int Asked) : MediaMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("scanDue", MediaId.Value, string.Create(null, $"{Asked}"));
}

/// <summary>The host app gave its verdict on a file by itself.</summary>
public sealed record VerdictGiven(MediaId MediaId, bool IsClean) : MediaMessage;

/// <summary>A file is deleted by now unless a message refers to it.</summary>
public sealed record MediaDue(MediaId MediaId) : MediaMessage;

/// <summary>A message may say something else of a file than is stored of it, or not refer to it any more.</summary>
/// <param name="Message">Its key, by which a reader finds it.</param>
public sealed record ReferenceDue(MediaId MediaId, ConversationId ConversationId, MessageId Message) : MediaMessage
{
    /// <summary>For clocks that differ: a look that comes too early finds the message still there.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>When the message disappears, if that is why it is looked at; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A conversation was deleted: what its messages refer to is to be looked at.</summary>
/// <param name="AfterSeq">Up to where that is done; the rest follows as the next message.</param>
public sealed record ConversationGone(ConversationId ConversationId, long AfterSeq) : MediaMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("conversationGone", ConversationId.Value, string.Create(null, $"{AfterSeq}"));
}

/// <summary>The host app took a thing down: cards of it are to show nothing any more.</summary>
/// <param name="Key">By which they are found.</param>
public sealed record CardRevoked(string Key) : MediaMessage
{
    /// <summary>Up to where that is done, in words of Cosmos DB's; null at first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Continuation { get; init; }

    /// <summary>A message that couldn't be changed when the others of its page were; null for the query.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShownCard? Shown { get; init; }
}

/// <summary>A file was reported of which there is no copy yet.</summary>
/// <param name="EvidenceId">The evidence that it belongs to, by its document's id.</param>
public sealed record FileReported(CaseId CaseId, string EvidenceId, MediaId MediaId) : MediaMessage;

/// <summary>A message has a link that may get a preview.</summary>
/// <param name="Message">Its id.</param>
/// <param name="Revision">By which an edit is told from the text before.</param>
public sealed record LinkSent(ConversationId ConversationId, MessageId Message, int Revision) : MediaMessage
{
    /// <summary>How often it came before, and no fetch was free. The queue must not drop it as what it knows then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Waits { get; init; }

    [JsonIgnore]
    public override string MessageId =>
        Waits > 0 ? OpaqueId.Random() : OpaqueId.Hash("linkSent", ConversationId.Value, Message.Value, string.Create(null, $"{Revision}"));
}

/// <summary>Sends <see cref="MediaMessage"/>s.</summary>
public sealed class MediaQueue(ServiceBusClient client)
{
    private readonly ServiceBusSender _sender = client.CreateSender(MediaMessage.Queue);

    /// <summary>Enqueues a message, for now or for an instant.</summary>
    public Task SendAsync(MediaMessage message, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Default.MediaMessage);
        var sent = new ServiceBusMessage(body) { MessageId = message.MessageId, ContentType = "application/json" };
        if (at is { } instant)
        {
            sent.ScheduledEnqueueTime = instant;
        }

        return _sender.SendTracedAsync(sent, cancellationToken);
    }
}
