namespace Chat.Functions.Realtime;

/// <summary>
/// A call to SignalR Service failed. It has the kind of failure but not the SDK's message, which holds URLs with user ids.
/// </summary>
internal sealed class RealtimeException : Exception
{
    public RealtimeException(string operation, Exception cause)
        : base($"SignalR Service failed to {operation}: {Describe(cause)}.")
    {
    }

    private static string Describe(Exception cause)
    {
        var status = (cause as HttpRequestException ?? cause.InnerException as HttpRequestException)?.StatusCode;
        return status is null ? cause.GetType().Name : $"{cause.GetType().Name}, status {(int)status}";
    }
}
