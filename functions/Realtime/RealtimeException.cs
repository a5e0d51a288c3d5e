namespace Chat.Functions.Realtime;

/// <summary>SignalR Service didn't do what it was asked. Says how it failed, but not what the SDK says: its messages hold addresses with users' ids.</summary>
public sealed class RealtimeException : Exception
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
