using System.Collections.Concurrent;
using System.Threading.Channels;
using Chat.Local.Functions.Protocol;
using Grpc.Core;
using RpcException = Grpc.Core.RpcException;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// The conversation with one worker, from when it is expected until its stream ends. Every question has an answer, or fails with the
/// stream.
/// </summary>
internal sealed class WorkerChannel(string id, Action<StreamingMessage> heard)
{
    private static readonly WriteOptions MoreFollow = new(WriteFlags.BufferHint);
    private static readonly TimeSpan CancelsAgainAfter = TimeSpan.FromMilliseconds(50);
    private readonly Channel<StreamingMessage> _toWorker = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _asked = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    /// <summary>Completes when the worker has connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when its stream has ended, by whichever side.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Talks with the worker until one side has gone.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> fromWorker,
        IServerStreamWriter<StreamingMessage> toWorker,
        CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone);
        _connected.TrySetResult();
        var reading = ReadAsync(fromWorker, end.Token);
        var writing = WriteAsync(toWorker, end.Token);
        await Task.WhenAny(reading, writing, Ended);
        Cut();
        await end.CancelAsync();
        await Task.WhenAll(reading, writing);
    }

    /// <summary>Asks the worker something.</summary>
    /// <exception cref="WorkerEndedException">The worker ended before it answered.</exception>
    public async Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[question.RequestId] = answer;
        if (!_toWorker.Writer.TryWrite(question))
        {
            _asked.TryRemove(question.RequestId, out _);
            throw new WorkerEndedException();
        }

        return await answer.Task;
    }

    /// <summary>
    /// Runs a function. The worker is told when the result isn't wanted any more, and its answer is waited for all the same.
    /// </summary>
    /// <exception cref="OperationCanceledException">The result wasn't wanted from the beginning: the worker isn't asked.</exception>
    /// <exception cref="WorkerEndedException">The worker ended before it answered.</exception>
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request, CancellationToken unwanted)
    {
        unwanted.ThrowIfCancellationRequested();
        var answer = AskAsync(new StreamingMessage { RequestId = request.InvocationId, InvocationRequest = request });
        await using var cancel = unwanted.Register(() => _ = CancelAsync(request.InvocationId, answer));
        return (await answer).InvocationResponse;
    }

    /// <summary>Asks the worker to end by itself.</summary>
    public void Terminate() => Tell(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends the stream at once; what was asked fails.</summary>
    public void Cut()
    {
        _ended.TrySetResult();
        _toWorker.Writer.TryComplete();
        foreach (var asked in _asked.Keys)
        {
            if (_asked.TryRemove(asked, out var answer))
            {
                answer.TrySetException(new WorkerEndedException());
            }
        }
    }

    /// <summary>A worker forgets a cancellation that overtakes its invocation, so it is told until it answers.</summary>
    private async Task CancelAsync(string invocationId, Task answer)
    {
        for (var pause = CancelsAgainAfter; ; pause *= 2)
        {
            Tell(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });
            if (await Task.WhenAny(answer, Task.Delay(pause, TimeProvider.System)) == answer)
            {
                return;
            }
        }
    }

    private void Tell(StreamingMessage message) => _toWorker.Writer.TryWrite(message);

    private async Task ReadAsync(IAsyncStreamReader<StreamingMessage> fromWorker, CancellationToken end)
    {
        try
        {
            while (await fromWorker.MoveNext(end))
            {
                Take(fromWorker.Current);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or RpcException)
        {
            // The worker has gone, or was cut off.
        }
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> toWorker, CancellationToken end)
    {
        try
        {
            while (await _toWorker.Reader.WaitToReadAsync(end))
            {
                while (_toWorker.Reader.TryRead(out var message))
                {
                    // What waits together goes out together.
                    toWorker.WriteOptions = _toWorker.Reader.TryPeek(out _) ? MoreFollow : null;
                    await toWorker.WriteAsync(message, end);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // The stream has ended, and with it everything that was asked.
        }
    }

    private void Take(StreamingMessage message)
    {
        heard(message);
        if (_asked.TryRemove(message.RequestId, out var answer))
        {
            answer.TrySetResult(message);
        }
    }
}
