using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Media;

/// <summary>On queue <c>media</c>: what is to be done about an uploaded file. Every kind may be repeated.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(UploadCompleted), "uploadCompleted")]
[JsonDerivedType(typeof(UploadExpired), "uploadExpired")]
[JsonDerivedType(typeof(MediaDue), "mediaDue")]
public abstract record MediaMessage(MediaId MediaId)
{
    public const string Queue = "media";

    /// <summary>The same for all that ask for the same, so that the queue takes it once.</summary>
    [JsonIgnore]
    public virtual string MessageId => OpaqueId.Random();
}

/// <summary>A file was uploaded, and is to be processed.</summary>
public sealed record UploadCompleted(MediaId MediaId) : MediaMessage(MediaId)
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("uploadCompleted", MediaId.Value);
}

/// <summary>An address for an upload isn't good any more. It does nothing if there is a newer one.</summary>
public sealed record UploadExpired(MediaId MediaId, DateTimeOffset UrlExpiresAt) : MediaMessage(MediaId);

/// <summary>A file is deleted by now unless a message refers to it.</summary>
public sealed record MediaDue(MediaId MediaId) : MediaMessage(MediaId);

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
