namespace Chat.Functions.Delivery;

/// <summary>Tells what fails for good from what may pass: an outage, a full queue, a role that was taken away, and all else.</summary>
internal static class QueueFailures
{
    /// <summary>The reason to give a message up at once; null when it is to be tried again.</summary>
    public static string? Permanent(Exception exception) => exception switch
    {
        UnprocessableException unprocessable => unprocessable.Reason,
        _ when IsProgrammingError(exception) => "ProgrammingError",
        _ => null,
    };

    /// <summary>What the code got wrong, it gets wrong again. A client that is closed at a stop isn't such a mistake.</summary>
    private static bool IsProgrammingError(Exception exception) => exception
        is ArgumentException
        or NullReferenceException
        or InvalidCastException
        or IndexOutOfRangeException
        or KeyNotFoundException
        or NotSupportedException
        or NotImplementedException;
}
