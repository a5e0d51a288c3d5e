namespace Chat.Admin.DeadLetters;

/// <summary>The dead letters of a backend's queues.</summary>
internal interface IDeadLetters : IAsyncDisposable
{
    /// <summary>A queue's dead letters, oldest first, without taking them.</summary>
    IAsyncEnumerable<DeadLetter> ListAsync(string queue, CancellationToken cancellationToken);

    /// <summary>One of them; null when it isn't there.</summary>
    Task<DeadLetter?> FindAsync(string queue, long id, CancellationToken cancellationToken);

    /// <summary>
    /// Sends the bodies of these again, each under a new message id, which no duplicate detection drops; a letter is removed once its copy is
    /// sent. A crash in between leaves both, which is harmless. Yields each that is done; what isn't there or is with somebody isn't.
    /// </summary>
    IAsyncEnumerable<long> ReplayAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Removes these for good. Yields each that is done; what isn't there or is with somebody isn't.</summary>
    IAsyncEnumerable<long> DiscardAsync(string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken);
}
