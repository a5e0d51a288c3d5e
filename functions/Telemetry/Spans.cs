using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Telemetry;

/// <summary>The spans of the app's one activity source; docs/operations.md lists them. Without a listener there are none.</summary>
internal static class Spans
{
    public const string SourceName = "Chat.Functions";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool AreWanted => Source.HasListeners();

    /// <summary>The current span; default without a listener.</summary>
    public static ActivityContext Current => Source.HasListeners() && Activity.Current is { } current ? current.Context : default;

    /// <summary>The span of an HTTP call, in the host's trace.</summary>
    public static Activity? StartCall(string function, TraceContext host)
    {
        if (!ActivityContext.TryParse(host.TraceParent, host.TraceState, isRemote: true, out var parent)
            || !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            // The host's span isn't recorded. As its child, ours would be dropped by samplers too, so start a new trace.
            (parent, Activity.Current) = (default, null);
        }

        return Source.StartActivity(function, ActivityKind.Server, parent)?.SetTag("faas.trigger", "http");
    }

    /// <summary>
    /// The span of a commit, in the trace of the first caller whose trace is recorded, with links to the other callers.
    /// </summary>
    public static Activity? StartCommit(ConversationId conversation, IReadOnlyList<PendingAppend> appends)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var callers = appends.Select(pending => pending.Caller).Where(caller => caller != default).Distinct().ToList();
        var parent = callers.DefaultIfEmpty().MaxBy(caller => caller.TraceFlags);
        var links = callers.Where(caller => caller != parent).Select(caller => new ActivityLink(caller));
        return Source.StartActivity("commit", ActivityKind.Internal, parent, links: links)
            ?.SetTag("chat.conversation.id", conversation.Value)
            .SetTag("chat.commit.commands", appends.Count);
    }

    /// <summary>Sends a message in a span. The SDK stores its context in the message.</summary>
    public static Task SendTracedAsync(this ServiceBusSender sender, ServiceBusMessage message, CancellationToken cancellationToken) =>
        Source.HasListeners() ? SendInSpanAsync(sender, message, cancellationToken) : sender.SendMessageAsync(message, cancellationToken);

    /// <summary>
    /// The span of processing a queue message: a child of its sender's span, or linked to it if the message was scheduled.
    /// </summary>
    public static Activity? StartProcess(string queue, ServiceBusReceivedMessage message)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var sender = SenderOf(message);
        var isForLater = message.ScheduledEnqueueTime != default;
        return Source.StartActivity(
            $"process {queue}",
            ActivityKind.Consumer,
            isForLater ? default : sender,
            links: isForLater && sender != default ? [new ActivityLink(sender)] : null)
            ?.SetMessaging("process", queue, message.MessageId);
    }

    /// <summary>The span of a push to a conversation's members.</summary>
    public static Activity? StartPush(ConversationId conversation, int events) =>
        Source.HasListeners()
            ? Source.StartActivity("push", ActivityKind.Client)?.SetTag(
                "chat.conversation.id",
                conversation.Value).SetTag("chat.push.events", events)
            : null;

    /// <summary>Marks a span as failed, with the kind of failure only: an exception's message may quote content.</summary>
    public static void Fail(this Activity? span, string kind) => span?.SetStatus(ActivityStatusCode.Error).SetTag(Metrics.Error, kind);

    public static void Fail(this Activity? span, Exception exception) => span.Fail(exception.GetType().FullName!);

    private static async Task SendInSpanAsync(ServiceBusSender sender, ServiceBusMessage message, CancellationToken cancellationToken)
    {
        using var span = Source.StartActivity(
            $"send {sender.EntityPath}",
            ActivityKind.Producer)?.SetMessaging("send", sender.EntityPath, message.MessageId);
        try
        {
            await sender.SendMessageAsync(message, cancellationToken);
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }
    }

    /// <summary>
    /// The sender's span. The SDK writes <c>traceparent</c> only with its experimental spans enabled, otherwise
    /// <c>Diagnostic-Id</c>.
    /// </summary>
    private static ActivityContext SenderOf(ServiceBusReceivedMessage message)
    {
        var sender = Property("traceparent") ?? Property("Diagnostic-Id");
        return ActivityContext.TryParse(sender, Property("tracestate"), isRemote: true, out var context) ? context : default;

        string? Property(string name) => message.ApplicationProperties.TryGetValue(name, out var value) ? value as string : null;
    }

    private static Activity SetMessaging(this Activity span, string operation, string queue, string messageId) =>
        span.SetTag("messaging.system", "servicebus")
            .SetTag("messaging.operation.type", operation)
            .SetTag(Metrics.Queue, queue)
            .SetTag("messaging.message.id", messageId);
}
