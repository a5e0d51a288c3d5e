using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// How every queue function settles its message: done is completed, what can never succeed is dead-lettered at once with its reason, what
/// fails in passing comes back later, and only what nobody foresaw counts as a failed delivery.
/// </summary>
/// <remarks>
/// The trigger abandons a failed message at once, so ten deliveries burn in a second. A passing failure therefore goes out again as a
/// scheduled copy, 1 s to 5 min later, under a new id (the duplicate detection window would drop the old one), and the original is completed.
/// </remarks>
public sealed class QueueWork(ServiceBusClient client, TimeProvider time, ILogger<QueueWork> logger)
{
    /// <summary>The application property that counts how often a message was put off.</summary>
    public const string Attempt = "attempt";

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);

    /// <summary>By queue; each is kept for the process's life, as the client does with its connection.</summary>
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Does the work that a message asks for, and settles the message.</summary>
    public async Task RunAsync<T>(
        string queue,
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        JsonTypeInfo<T> type,
        Func<T, CancellationToken, Task> work,
        CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(work);
        using var span = Spans.StartProcess(queue, message);
        try
        {
            var content = JsonSerializer.Deserialize(message.Body.ToMemory().Span, type) ?? throw new JsonException("The message is null.");
            await work(content, cancellationToken);
        }
        catch (JsonException)
        {
            // The exception's message may quote the body.
            span.Fail("Malformed");
            await DeadLetterAsync(queue, message, actions, "Malformed", "The message isn't what this queue carries.", cancellationToken);
            return;
        }
        catch (UnprocessableException unprocessable)
        {
            span.Fail(unprocessable.Reason);
            await DeadLetterAsync(queue, message, actions, unprocessable.Reason, unprocessable.Message, cancellationToken);
            return;
        }
        catch (Exception exception) when (IsTransient(exception) && !cancellationToken.IsCancellationRequested)
        {
            span.Fail(exception);
            await PutOffAsync(queue, message, exception, cancellationToken);
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }

        await actions.CompleteMessageAsync(message, cancellationToken);
    }

    private static bool IsTransient(Exception exception) =>
        exception is ServiceBusException { IsTransient: true } or IncompleteRangeException or RealtimeException
        || CosmosFailures.IsTransient(exception)
        || (exception is AggregateException { InnerExceptions: var all } && all.All(IsTransient));

    private async Task DeadLetterAsync(string queue, ServiceBusReceivedMessage message, ServiceBusMessageActions actions, string reason, string description, CancellationToken cancellationToken)
    {
        logger.DeadLettered(message.MessageId, reason);
        await actions.DeadLetterMessageAsync(message, deadLetterReason: reason, deadLetterErrorDescription: description, cancellationToken: cancellationToken);
        Metrics.DeadLetters.Add(1, Metrics.Tag(Metrics.Queue, queue), Metrics.Tag(Metrics.Error, reason));
    }

    private async Task PutOffAsync(string queue, ServiceBusReceivedMessage message, Exception exception, CancellationToken cancellationToken)
    {
        var attempt = message.ApplicationProperties.TryGetValue(Attempt, out var value) && value is int before ? before + 1 : 1;
        var ceiling = TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, Math.Min(attempt, 16))));
        var delay = ceiling * (0.5 + (Random.Shared.NextDouble() / 2));
        var copy = new ServiceBusMessage(message)
        {
            MessageId = Opaque.Random(),
            ScheduledEnqueueTime = time.GetUtcNow() + delay,
        };
        copy.ApplicationProperties[Attempt] = attempt;
        logger.PutOff(exception, message.MessageId, attempt, delay);
        await _senders.GetOrAdd(queue, name => client.CreateSender(name)).SendTracedAsync(copy, cancellationToken);
    }
}

/// <summary>A message asks for what can never succeed.</summary>
/// <param name="reason">The dead-letter reason: a stable word.</param>
/// <param name="message">What a person should know.</param>
public sealed class UnprocessableException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}

/// <summary>A reader found less than the range it was told of: its replica isn't there yet.</summary>
public sealed class IncompleteRangeException(ConversationId conversation, long first, long last, int found)
    : Exception($"Conversation {conversation}: {found} entries found of {first} to {last}.");
