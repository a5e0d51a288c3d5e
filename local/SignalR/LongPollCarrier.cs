using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.SignalR;

/// <summary>Carries what a connection sends as answers to polls: each takes all that waits, or waits for it for up to 90 s.</summary>
internal sealed class LongPollCarrier(ClientConnection connection, TimeProvider time)
{
    private static readonly TimeSpan PollFor = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private Poll? _newest;
    private bool _hasBegun;

    /// <summary>
    /// Answers a poll: 200 with what there is, 204 at the end of the connection or when a newer poll came. The first is answered at
    /// once.
    /// </summary>
    public async Task AnswerAsync(HttpContext context)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.Dropped, context.RequestAborted);
        var poll = new Poll(patience);
        await BeginAsync(poll);
        try
        {
            patience.CancelAfter(PollFor);
            await TakeAsync(context, either.Token);
        }
        catch (OperationCanceledException) when (
            connection.Dropped.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // Nothing came; the client polls again, or has done so.
            context.Response.StatusCode = poll.IsSuperseded ? StatusCodes.Status204NoContent : StatusCodes.Status200OK;
        }
        finally
        {
            End(poll);
        }
    }

    private async Task TakeAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            return;
        }

        var response = context.Response;
        if (!await connection.Outgoing.WaitToReadAsync(cancellationToken))
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        response.ContentType = "application/octet-stream";
        while (connection.Outgoing.TryRead(out var frame))
        {
            response.BodyWriter.Write(frame.Span);
            await response.BodyWriter.FlushAsync(connection.Dropped);
            connection.Sent(frame.Length);
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            // What the client missed can't be sent again.
            connection.Drop();
        }
    }

    /// <summary>Ends the poll before this one and waits until it has.</summary>
    private async Task BeginAsync(Poll poll)
    {
        Poll? before;
        lock (_lock)
        {
            before = _newest;
            _newest = poll;
            before?.Supersede();
        }

        if (before is not null)
        {
            await before.Ended.Task;
        }

        connection.IsAwaited = true;
    }

    private void End(Poll poll)
    {
        connection.IsAwaited = false;
        lock (_lock)
        {
            poll.Ended.SetResult();
            if (_newest == poll)
            {
                _newest = null;
            }
        }
    }

    private sealed class Poll(CancellationTokenSource patience)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsSuperseded { get; private set; }

        public void Supersede()
        {
            IsSuperseded = true;
            _ = patience.CancelAsync();
        }
    }
}
