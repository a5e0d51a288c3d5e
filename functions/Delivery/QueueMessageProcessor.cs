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
/// How every queue function settles its message: done is left to the trigger, which completes it; what can never succeed is dead-lettered at once
/// with its reason, and everything else comes back later, until the queue's time to live is over.
/// </summary>
/// <remarks>
/// The trigger abandons a failed message at once, so ten deliveries burn in a second. A failure therefore goes out again as a scheduled copy,
/// and the original is completed here, before the trigger could give it back beside its copy. While no copy can be sent, the original is held.
/// A trigger that is stopped gives back what succeeds after that, so that work is done again.
/// </remarks>
public sealed class QueueMessageProcessor(ServiceBusClient client, TimeProvider time, ILogger<QueueMessageProcessor> logger)
{
    /// <summary>The dead-letter reason of what failed until its time to live was over.</summary>
    public const string Expired = "FailedUntilExpired";

    /// <summary>How long a message may fail until an alert tells of it.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(15);

    /// <summary>How long a message is held that can't be copied: less than the 5 min for which the host renews its lock.</summary>
    private static readonly TimeSpan MaxHold = TimeSpan.FromMinutes(4);

    /// <summary>By queue; each is kept for the process's life, as the client does with its connection.</summary>
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Does the work that a message asks for, and settles the message unless that succeeded.</summary>
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
            var failure = exception is AggregateException { InnerExceptions: [.., var last] } ? last : exception;
            if (QueueFailures.Permanent(failure) is { } reason)
            {
                span.Fail(reason);
                await DeadLetterAsync(reason, failure is UnprocessableException ? failure.Message : $"The app fails on it with {Name(failure)}.", failure);
                return;
            }

            span.Fail(failure);
            if (!await TryRescheduleAsync(queue, message, failure, cancellationToken))
            {
                await DeadLetterAsync(
                    Expired,
                    $"It failed {Rescheduling.AttemptsOf(message) + 1} times since {TimestampConverter.ToText(Rescheduling.FirstEnqueuedAtOf(message))}, at last with {Name(failure)}.",
                    failure);
                return;
            }

            await actions.CompleteMessageAsync(message, cancellationToken);
        }
        catch (Exception exception)
        {
            // The process stops; the message goes to another.
            span.Fail(exception);
            throw;
        }

        async Task DeadLetterAsync(string reason, string description, Exception? exception)
        {
            logger.DeadLettered(exception, message.MessageId, reason);
            await actions.DeadLetterMessageAsync(message, deadLetterReason: reason, deadLetterErrorDescription: description, cancellationToken: cancellationToken);
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

    /// <summary>What failed, without what its message may quote.</summary>
    private static string Name(Exception failure) =>
        failure is CosmosException { StatusCode: var status, SubStatusCode: var detail } ? $"{nameof(CosmosException)} {(int)status}/{detail}"
        : failure is ServiceBusException { Reason: var reason } ? $"{nameof(ServiceBusException)} {reason}"
        : failure.GetType().Name;

    /// <summary>Sends a copy of the message for later; false when its time to live ends before.</summary>
    private async Task<bool> TryRescheduleAsync(string queue, ServiceBusReceivedMessage message, Exception failure, CancellationToken cancellationToken)
    {
        var (now, attempt) = (time.GetUtcNow(), Rescheduling.AttemptsOf(message) + 1);
        var delay = Rescheduling.Delay(attempt);
        if (Rescheduling.Copy(message, now + delay) is not { } copy)
        {
            return false;
        }

        logger.Rescheduled(failure, message.MessageId, attempt, delay);
        var age = now - Rescheduling.FirstEnqueuedAtOf(message);
        if (age >= StuckAfter)
        {
            logger.MessageStuck(failure, message.MessageId, (int)age.TotalMinutes, Rescheduling.ExpiresAtOf(message));
        }

        await SendCopyAsync(queue, copy, now, cancellationToken);
        return true;
    }

    /// <summary>Sends a copy, and tries again for a while: a queue that is full or away mustn't use up the message's deliveries.</summary>
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

/// <summary>A message asks for what can never succeed.</summary>
/// <param name="reason">The dead-letter reason: a stable word.</param>
/// <param name="message">What a person should know.</param>
public sealed class UnprocessableException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
