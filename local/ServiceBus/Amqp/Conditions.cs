using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>What a refusal of the broker is called on the wire, from where clients make their exception again.</summary>
internal static class Conditions
{
    public static readonly AmqpSymbol DeadLetter = "com.microsoft:dead-letter";
    private static readonly AmqpSymbol ArgumentError = "com.microsoft:argument-error";

    /// <summary>Whether the client must see a broken connection instead of an answer.</summary>
    public static bool IsBreak(Exception refused) =>
        refused is ServiceBusException { Reason: ServiceBusFailureReason.ServiceCommunicationProblem };

    public static Error Of(Exception refused) => refused switch
    {
        AmqpException amqp => amqp.Error,
        ServiceBusException bus => New(Of(bus.Reason), Words(bus)),
        SerializationException or ArgumentException or FormatException or InvalidCastException or OverflowException =>
            New(ArgumentError, refused.Message),
        UnauthorizedAccessException => New(AmqpErrorCode.UnauthorizedAccess, refused.Message),
        NotSupportedException => New(AmqpErrorCode.NotImplemented, refused.Message),
        InvalidOperationException => New(AmqpErrorCode.NotAllowed, refused.Message),
        _ => New(AmqpErrorCode.InternalError, "The service was unable to process the request; it isn't the request's fault."),
    };

    /// <summary>The status of an answer from a management node.</summary>
    public static AmqpResponseStatusCode StatusOf(Exception refused) => refused switch
    {
        ServiceBusException { Reason: ServiceBusFailureReason.MessageLockLost } => AmqpResponseStatusCode.Gone,
        ServiceBusException { Reason: ServiceBusFailureReason.MessageNotFound or ServiceBusFailureReason.MessagingEntityNotFound } =>
            AmqpResponseStatusCode.NotFound,
        ServiceBusException { Reason: ServiceBusFailureReason.ServiceBusy } => AmqpResponseStatusCode.ServiceUnavailable,
        ServiceBusException { Reason: ServiceBusFailureReason.ServiceTimeout } => AmqpResponseStatusCode.RequestTimeout,
        ServiceBusException { Reason: ServiceBusFailureReason.MessageSizeExceeded } => AmqpResponseStatusCode.RequestEntityTooLarge,
        UnauthorizedAccessException => AmqpResponseStatusCode.Unauthorized,
        NotSupportedException => AmqpResponseStatusCode.NotImplemented,
        AmqpException or SerializationException or ArgumentException or FormatException or InvalidCastException or OverflowException
            or InvalidOperationException =>
            AmqpResponseStatusCode.BadRequest,
        _ => AmqpResponseStatusCode.InternalServerError,
    };

    public static AmqpException ToException(Exception refused) => refused as AmqpException ?? new AmqpException(Of(refused));

    private static AmqpSymbol Of(ServiceBusFailureReason reason) => reason switch
    {
        ServiceBusFailureReason.MessagingEntityNotFound => AmqpErrorCode.NotFound,
        ServiceBusFailureReason.MessageLockLost => "com.microsoft:message-lock-lost",
        ServiceBusFailureReason.MessageNotFound => "com.microsoft:message-not-found",
        ServiceBusFailureReason.MessageSizeExceeded => AmqpErrorCode.MessageSizeExceeded,
        ServiceBusFailureReason.ServiceBusy => "com.microsoft:server-busy",
        ServiceBusFailureReason.ServiceTimeout => "com.microsoft:timeout",
        _ => AmqpErrorCode.InternalError,
    };

    /// <summary>
    /// What it was made with: its message goes on with its reason and advice, which the client that gets the words adds by itself.
    /// </summary>
    private static string Words(ServiceBusException refused)
    {
        var message = refused.Message;
        var reason = message.LastIndexOf(refused.Reason.ToString(), StringComparison.Ordinal);
        var end = reason < 0 ? -1 : message.LastIndexOf(" (", reason, StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static Error New(AmqpSymbol condition, string description) => new() { Condition = condition, Description = description };
}
