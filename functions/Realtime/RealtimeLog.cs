using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>The log lines of realtime.</summary>
internal static partial class RealtimeLog
{
    [LoggerMessage(201, LogLevel.Warning, "Conversation {Conversation}: its push group isn't in line with its members yet.")]
    public static partial void AlignFailed(this ILogger logger, Exception exception, ConversationId conversation);

    [LoggerMessage(
        202,
        LogLevel.Warning,
        "It could not be found out whether a user's push groups are due, or their renewal not be asked for.")]
    public static partial void RenewFailed(this ILogger logger, Exception exception);

    [LoggerMessage(203, LogLevel.Warning, "SignalR Service gave no connection to a client that asked for one.")]
    public static partial void NegotiateFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        204,
        LogLevel.Warning,
        "{Event} was not pushed to the user whom it concerns; their other devices will see it when they ask.")]
    public static partial void OwnPushFailed(this ILogger logger, Exception exception, string @event);

    [LoggerMessage(206, LogLevel.Warning, "A user's connections were not all closed when they signed out.")]
    public static partial void SignOutFailed(this ILogger logger, Exception exception);

    [LoggerMessage(207, LogLevel.Warning, "A sign-out couldn't be enqueued; the call alone does it.")]
    public static partial void SignOutNotEnqueued(this ILogger logger, Exception exception);

    [LoggerMessage(208, LogLevel.Warning, "A user couldn't watch a channel.")]
    public static partial void WatchFailed(this ILogger logger, Exception exception);
}
