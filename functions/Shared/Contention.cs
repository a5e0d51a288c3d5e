namespace Chat.Functions.Shared;

/// <summary>Bounds how often something is tried that others may change between reading and writing: no such loop is endless.</summary>
public static class Contention
{
    /// <summary>More than meet in practice: of those that meet, one succeeds each time.</summary>
    private const int MaxTries = 50;

    /// <summary>The number of the next try; the first is 0.</summary>
    /// <exception cref="TimeoutException">There were as many as may be: an HTTP call is answered 503 then, and a queue message put off.</exception>
    public static int Next(int attempt) =>
        attempt + 1 < MaxTries
            ? attempt + 1
            : throw new TimeoutException($"{MaxTries} tries met changes by others, or what is stored admits none.");
}
