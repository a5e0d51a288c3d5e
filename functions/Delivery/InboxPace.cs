using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Lets deliveries of one conversation that follow each other quickly share their writes: one goes at once; those of the pause after it go
/// together, at its end.
/// </summary>
/// <remarks>
/// What is held is lost with the process. It isn't marked as delivered until then, so that the sweep delivers it again; an orderly stop does
/// what is held.
/// </remarks>
internal sealed class InboxPace(TimeSpan pause, TimeProvider time)
{
    /// <summary>What is held of each conversation that is in its pause.</summary>
    private readonly Dictionary<ConversationId, InboxMove?> _held = [];
    private bool _isStopping;

    /// <summary>True when it is done later, with what comes until then; false when it is to be done now.</summary>
    /// <param name="moveAsync">How it is done later; doesn't throw.</param>
    public bool TryHold(InboxMove move, Func<InboxMove, Task> moveAsync)
    {
        lock (_held)
        {
            if (_held.TryGetValue(move.ConversationId, out var held))
            {
                _held[move.ConversationId] = held is null ? move : held.With(move);
                return true;
            }

            // What moves no inbox keeps none waiting.
            if (_isStopping || move.Change.IsNothing)
            {
                return false;
            }

            _held.Add(move.ConversationId, null);
        }

        _ = PaceAsync(move.ConversationId, moveAsync);
        return false;
    }

    /// <summary>Ends a pause in which nothing is held yet.</summary>
    public void End(ConversationId conversation)
    {
        lock (_held)
        {
            if (_held.TryGetValue(conversation, out var held) && held is null)
            {
                _held.Remove(conversation);
            }
        }
    }

    /// <summary>Holds nothing from now on; what was held.</summary>
    public IReadOnlyList<InboxMove> Stop()
    {
        lock (_held)
        {
            _isStopping = true;
            List<InboxMove> left = [.. _held.Values.OfType<InboxMove>()];
            _held.Clear();
            return left;
        }
    }

    private async Task PaceAsync(ConversationId conversation, Func<InboxMove, Task> moveAsync)
    {
        await Task.Delay(pause, time);
        while (Take(conversation) is { } held)
        {
            await moveAsync(held);
            await Task.Delay(pause, time);
        }
    }

    /// <summary>What is held; null when nothing is, and the conversation's next goes at once.</summary>
    private InboxMove? Take(ConversationId conversation)
    {
        lock (_held)
        {
            if (_held.GetValueOrDefault(conversation) is not { } held)
            {
                _held.Remove(conversation);
                return null;
            }

            _held[conversation] = null;
            return held;
        }
    }
}
