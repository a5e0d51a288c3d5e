using System.Text.Json;
using System.Xml;

namespace Chat.Local.ServiceBus;

/// <summary>What a queue was declared with. Defaults are those of the emulator, whose format declares them.</summary>
internal sealed record QueueProperties(string Name)
{
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxDeliveryCount { get; init; } = 3;

    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.FromHours(1);

    public bool DeadLetteringOnMessageExpiration { get; init; }

    public bool RequiresDuplicateDetection { get; init; }

    public TimeSpan DuplicateDetectionHistoryTimeWindow { get; init; } = TimeSpan.FromSeconds(20);

    public bool RequiresSession { get; init; }

    /// <summary>Reads the emulator's Config.json.</summary>
    /// <exception cref="NotSupportedException">
    /// It declares what isn't available here: topics, forwarding or an unknown property.
    /// </exception>
    public static IReadOnlyList<QueueProperties> Parse(string configJson)
    {
        using var config = JsonDocument.Parse(configJson);
        var queues = new List<QueueProperties>();
        foreach (var @namespace in config.RootElement.GetProperty("UserConfig").GetProperty("Namespaces").EnumerateArray())
        {
            if (@namespace.TryGetProperty("Topics", out var topics) && topics.GetArrayLength() > 0)
            {
                throw new NotSupportedException("The local Service Bus has queues only, no topics.");
            }

            foreach (var queue in @namespace.GetProperty("Queues").EnumerateArray())
            {
                queues.Add(Queue(queue));
            }
        }

        return queues;
    }

    private static QueueProperties Queue(JsonElement declaration)
    {
        var queue = new QueueProperties(declaration.GetProperty(nameof(Name)).GetString()!);
        if (declaration.TryGetProperty("Properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                queue = queue.With(property.Name, property.Value);
            }
        }

        return queue;
    }

    private QueueProperties With(string property, JsonElement value) => property switch
    {
        nameof(LockDuration) => this with { LockDuration = Duration(value) },
        nameof(MaxDeliveryCount) => this with { MaxDeliveryCount = value.GetInt32() },
        nameof(DefaultMessageTimeToLive) => this with { DefaultMessageTimeToLive = Duration(value) },
        nameof(DeadLetteringOnMessageExpiration) => this with { DeadLetteringOnMessageExpiration = value.GetBoolean() },
        nameof(RequiresDuplicateDetection) => this with { RequiresDuplicateDetection = value.GetBoolean() },
        nameof(DuplicateDetectionHistoryTimeWindow) => this with { DuplicateDetectionHistoryTimeWindow = Duration(value) },
        nameof(RequiresSession) => this with { RequiresSession = value.GetBoolean() },
        "ForwardTo" or "ForwardDeadLetteredMessagesTo" when string.IsNullOrEmpty(value.GetString()) => this,
        _ => throw new NotSupportedException($"Queue {Name}: the local Service Bus doesn't know {property} {value}."),
    };

    private static TimeSpan Duration(JsonElement value) => XmlConvert.ToTimeSpan(value.GetString()!);
}
