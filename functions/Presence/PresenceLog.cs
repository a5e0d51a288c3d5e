using Microsoft.Extensions.Logging;

namespace Chat.Functions.Presence;

/// <summary>The log lines of presence and receipts.</summary>
internal static partial class PresenceLog
{
    [LoggerMessage(400, LogLevel.Warning, "SignalR Service didn't say who is connected.")]
    public static partial void PresenceUnknown(this ILogger logger, Exception exception);

    [LoggerMessage(401, LogLevel.Debug, "When a user was last seen wasn't stored.")]
    public static partial void NotStamped(this ILogger logger, Exception exception);

    [LoggerMessage(402, LogLevel.Warning, "A receipt was not pushed; who wants to know asks for it.")]
    public static partial void ReceiptNotPushed(this ILogger logger, Exception exception);
}
