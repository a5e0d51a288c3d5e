using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Settles the messages of all queue functions. The trigger completes a message whose work succeeded. A poison message is dead-lettered at
/// once with its reason. Any other failure is rescheduled, until the queue's time to live is over.
/// </summary>
/// <remarks>
/// The trigger abandons a failed message at once, which would use up its ten deliveries within a second. So a failed message is sent again
/// as a scheduled copy and the original completed here, before the trigger abandons it. While no copy can be sent, the original is held. A
/// trigger that is being stopped gives back messages whose work succeeds later, so that work is done twice.
/// </remarks>
public sealed class QueueMessageProcessor(ServiceBusClient client, TimeProvider time, ILogger<QueueMessageProcessor> logger)
{
    /// <summary>The dead-letter reason of a message that failed until its time to live was over.</summary>
    public const string Expired = "FailedUntilExpired";

    /// <summary>How long a message fails before an alert tells of it.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(15);

    /// <summary>How long a message is held while no copy can be sent: less than the 5 min for which the host renews its lock.</summary>
    private static readonly TimeSpan MaxHold = TimeSpan.FromMinutes(4);

    /// <summary>One sender per queue, kept for the life of the process: a new one would open a link each time.</summary>
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Does a message's work, and settles the message unless that succeeded.</summary>
    public async Task RunAsync<T>(
        string queue,
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        JsonTypeInfo<T> type,
        Func<T, CancellationToken, Task> work,
        CancellationToken cancellationToken)
        where T : class
    {
        using var span = Spans.StartProcess(queue, message);
        if (Read(message, type) is not { } content)
        {
            span.Fail("Malformed");
            await DeadLetterAsync("Malformed", "The message isn't what this queue carries.", null);
            return;
        }

        try
        {
            await work(content, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Parallel work throws an aggregate; its exceptions have the same cause as a rule.
            var failure = exception is AggregateException { InnerExceptions: [.., var last] } ? last : exception;
            if (QueueFailures.Permanent(failure) is { } reason)
            {
                span.Fail(reason);
                var description = failure is UnprocessableException ? failure.Message : $"The app fails on it with {Name(failure)}.";
                await DeadLetterAsync(reason, description, failure);
                return;
            }

            span.Fail(failure);
            if (!await TryRescheduleAsync(queue, message, failure, cancellationToken))
            {
                var since = TimestampConverter.ToText(Rescheduling.FirstEnqueuedAtOf(message));
                var tries = Rescheduling.AttemptsOf(message) + 1;
                await DeadLetterAsync(Expired, $"It failed {tries} times since {since}, at last with {Name(failure)}.", failure);
                return;
            }

            await actions.CompleteMessageAsync(message, cancellationToken);
        }
        catch (Exception exception)
        {
            // The process stops: the trigger abandons the message, and another instance gets it.
            span.Fail(exception);
            throw;
        }

        async Task DeadLetterAsync(string reason, string description, Exception? exception)
        {
            logger.DeadLettered(exception, message.MessageId, reason);
            await actions.DeadLetterMessageAsync(
                message,
                deadLetterReason: reason,
                deadLetterErrorDescription: description,
                cancellationToken: cancellationToken);
            Metrics.DeadLetters.Add(1, Metrics.Tag(Metrics.Queue, queue), Metrics.Tag(Metrics.Error, reason));
        }
    }

    private static T? Read<T>(ServiceBusReceivedMessage message, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(message.Body.ToMemory().Span, type);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            // The exception's message may quote the body.
            return null;
        }
    }

    /// <summary>The name of a failure. Its message may quote ids or what people wrote.</summary>
    private static string Name(Exception failure) => failure switch
    {
        CosmosException { StatusCode: var status, SubStatusCode: var detail } => $"{nameof(CosmosException)} {(int)status}/{detail}",
        ServiceBusException { Reason: var reason } => $"{nameof(ServiceBusException)} {reason}",
        _ => failure.GetType().Name,
    };

    /// <summary>Schedules a copy of the message; false when its time to live ends before.</summary>
    private async Task<bool> TryRescheduleAsync(
        string queue,
        ServiceBusReceivedMessage message,
        Exception failure,
        CancellationToken cancellationToken)
    {
        var (now, attempt) = (time.GetUtcNow(), Rescheduling.AttemptsOf(message) + 1);
        var delay = Rescheduling.Delay(attempt);
        if (Rescheduling.Copy(message, now + delay) is not { } copy)
        {
            return false;
        }

        logger.Rescheduled(failure, message.MessageId, delay, attempt);
        var age = now - Rescheduling.FirstEnqueuedAtOf(message);
        if (age >= StuckAfter)
        {
            logger.MessageStuck(failure, message.MessageId, (int)age.TotalMinutes, Rescheduling.ExpiresAtOf(message));
        }

        await SendCopyAsync(queue, copy, now, cancellationToken);
        return true;
    }

    /// <summary>Sends a copy, with retries: a queue that is full or away mustn't use up the original's deliveries.</summary>
    private async Task SendCopyAsync(string queue, ServiceBusMessage copy, DateTimeOffset since, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _senders.GetOrAdd(queue, name => client.CreateSender(name)).SendTracedAsync(copy, cancellationToken);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && time.GetUtcNow() - since < MaxHold)
            {
                logger.CopyNotSent(exception, copy.MessageId, attempt);
                await Task.Delay(Rescheduling.Delay(Math.Min(attempt, 5)), time, cancellationToken);
            }
        }
    }
}

/// <summary>The work of a queue message can never succeed.</summary>
/// <param name="reason">The dead-letter reason: one stable word.</param>
/// <param name="message">The explanation for operators.</param>
public sealed class UnprocessableException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;

    /// <summary>Without an inner exception: a <see cref="JsonException"/> may quote what people wrote.</summary>
    public static UnprocessableException Unreadable() => new("Unreadable", "A document isn't one that this version can read.");
}
