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

    /// <summary>The span that this runs in; none when nobody listens.</summary>
    public static ActivityContext Current => Source.HasListeners() && Activity.Current is { } current ? current.Context : default;

    /// <summary>An HTTP call, in the trace that the host began for it.</summary>
    public static Activity? StartCall(string function, TraceContext host)
    {
        if (!ActivityContext.TryParse(host.TraceParent, host.TraceState, isRemote: true, out var parent)
            || !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            // Nobody keeps the host's part, and below it samplers would drop ours, too.
            (parent, Activity.Current) = (default, null);
        }

        return Source.StartActivity(function, ActivityKind.Server, parent)?.SetTag("faas.trigger", "http");
    }

    /// <summary>A try to commit, in the trace of the first command's caller whose trace is kept, with links to the others.</summary>
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

    /// <summary>Sends a message in a span of its own, which the SDK notes in the message for whoever takes it.</summary>
    public static Task SendTracedAsync(this ServiceBusSender sender, ServiceBusMessage message, CancellationToken cancellationToken) =>
        Source.HasListeners() ? SendInSpanAsync(sender, message, cancellationToken) : sender.SendMessageAsync(message, cancellationToken);

    /// <summary>The work on a queue message: in its sender's trace, or linked to it if the message was for later.</summary>
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

    /// <summary>A push of events to a conversation's members.</summary>
    public static Activity? StartPush(ConversationId conversation, int events) =>
        Source.HasListeners()
            ? Source.StartActivity("push", ActivityKind.Client)?.SetTag(
                "chat.conversation.id",
                conversation.Value).SetTag("chat.push.events", events)
            : null;

    /// <summary>Says that what the span is about failed, and of which kind the failure is; never more, a message might quote content.</summary>
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

    /// <summary>Where the SDK noted that the message was sent: <c>traceparent</c> only with its experimental spans, else <c>Diagnostic-Id</c> alone.</summary>
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
