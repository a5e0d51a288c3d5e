namespace Chat.Functions.Delivery;

/// <summary>Tells permanent failures from transient ones. Everything unknown counts as transient, even 401, 403 and a full queue.</summary>
internal static class QueueFailures
{
    /// <summary>The reason to dead-letter a message at once; null when it is to be rescheduled.</summary>
    public static string? Permanent(Exception exception) => exception switch
    {
        UnprocessableException unprocessable => unprocessable.Reason,
        _ when IsProgrammingError(exception) => "ProgrammingError",
        _ => null,
    };

    /// <summary>
    /// A fault of the code comes again with every try. <see cref="ObjectDisposedException"/> isn't one: clients are closed when the process
    /// stops.
    /// </summary>
    private static bool IsProgrammingError(Exception exception) => exception
        is ArgumentException
        or NullReferenceException
        or InvalidCastException
        or IndexOutOfRangeException
        or KeyNotFoundException
        or NotSupportedException
        or NotImplementedException;
}
