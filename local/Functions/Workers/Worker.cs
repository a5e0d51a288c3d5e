using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// The worker of a host. When it ends by itself, what it was running fails, and the next one takes its place, as in Azure.
/// </summary>
/// <param name="start">Starts one, and gives up when its token fires.</param>
/// <param name="startsWithin">The time until one is ready, or else it isn't waited for any more.</param>
/// <param name="stop">How the host ends: a worker that can't start isn't tried again then.</param>
/// <param name="log">Where it says what becomes of workers.</param>
internal sealed class Worker(Func<CancellationToken, Task<IRunningWorker>> start, TimeSpan startsWithin, HostStop stop, ILogger<Worker> log)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private volatile Task<IRunningWorker>? _current;
    private volatile IRunningWorker? _latest;
    private IReadOnlyList<Function> _functions = [];
    private ExecutionContext? _start;
    private bool _ending;

    /// <summary>Whether it takes requests themselves, which an app has to ask for.</summary>
    public bool TakesHttp { get; private set; }

    /// <summary>The one that started last.</summary>
    public IRunningWorker Latest => _latest!;

    /// <summary>Starts the first worker. Its functions are told, and not loaded yet.</summary>
    /// <exception cref="HostRefusedException">It ended before it told them, or took too long.</exception>
    public Task<IReadOnlyList<RpcFunctionMetadata>> StartAsync() => WithinAsync<IReadOnlyList<RpcFunctionMetadata>>(async unwanted =>
    {
        var worker = await start(unwanted);
        _current = Task.FromResult(worker);
        _latest = worker;
        await InitAsync(worker, unwanted);
        var question = new FunctionsMetadataRequest { FunctionAppDirectory = AppContext.BaseDirectory };
        var answer = await AskAsync(worker, new StreamingMessage { FunctionsMetadataRequest = question }, unwanted);
        var described = answer.FunctionMetadataResponse;
        return described.Result.Status == StatusResult.Types.Status.Success
            ? described.FunctionMetadataResults
            : throw new InvocationFailedException(described.Result);
    });

    /// <summary>Lets the worker load functions; from here on it is replaced when it ends.</summary>
    /// <exception cref="HostRefusedException">It can't load one, ended before it did, or took too long.</exception>
    public async Task LoadAsync(IReadOnlyList<Function> functions)
    {
        var first = _current!;
        await WithinAsync(async unwanted =>
        {
            var worker = await first;
            await LoadAsync(worker, functions, unwanted);
            return worker;
        });
        _functions = functions;
        _start = ExecutionContext.Capture();
        _ = ReplaceWhenEndedAsync(first);
    }

    /// <summary>
    /// The worker that runs, or will in a moment. It isn't one that is known to have ended, where whatever a queue has would fail at
    /// once.
    /// </summary>
    /// <exception cref="OperationCanceledException">It isn't wanted any more, or the host stops and has none.</exception>
    public async Task<IRunningWorker> GetAsync(CancellationToken unwanted)
    {
        var current = _current!;
        var worker = await current.WaitAsync(unwanted);
        return worker.Channel.Ended.IsCompleted ? await Replace(current).WaitAsync(unwanted) : worker;
    }

    /// <summary>Ends the worker as after a drain, and starts no other. The host waits for nothing that runs any more.</summary>
    /// <param name="deadline">When it fires, the worker is cut off.</param>
    public async Task StopAsync(CancellationToken deadline) =>
        await (await LastAsync(deadline) is { } worker ? worker.StopAsync(deadline) : Task.CompletedTask);

    /// <summary>Takes everything from the worker at once, and starts no other.</summary>
    public async Task CutOffAsync() =>
        await (await LastAsync(CancellationToken.None) is { } worker ? worker.CutOffAsync() : Task.CompletedTask);

    /// <summary>The worker after which no other comes; null when none could start.</summary>
    private async Task<IRunningWorker?> LastAsync(CancellationToken deadline)
    {
        Task<IRunningWorker>? last;
        lock (_lock)
        {
            _ending = true;
            last = _current;
        }

        await ((Task?)last ?? Task.CompletedTask).WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return last is { IsCompletedSuccessfully: true } ? await last : null;
    }

    /// <summary>Does a part of a start, which neither the worker's end nor its silence holds up.</summary>
    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> part)
    {
        using var unwanted = CancellationTokenSource.CreateLinkedTokenSource(stop.Running);
        unwanted.CancelAfter(startsWithin);
        try
        {
            return await part(unwanted.Token);
        }
        catch (WorkerEndedException)
        {
            throw new HostRefusedException("The worker ended before it was ready. What it printed says why.");
        }
        catch (OperationCanceledException) when (unwanted.IsCancellationRequested && !stop.Running.IsCancellationRequested)
        {
            throw new HostRefusedException(
                $"The worker took more than {startsWithin.TotalSeconds} s to be ready. What it printed may say why.");
        }
    }

    /// <summary>Introduces itself to a worker. What takes requests listens then.</summary>
    private async Task InitAsync(IRunningWorker worker, CancellationToken unwanted)
    {
        if (worker.ProcessId != Environment.ProcessId)
        {
            log.WorkerConnected(worker.ProcessId);
        }

        var init = new WorkerInitRequest { HostVersion = "4.0.0", FunctionAppDirectory = AppContext.BaseDirectory };
        var answer = await AskAsync(worker, new StreamingMessage { WorkerInitRequest = init }, unwanted);
        TakesHttp = answer.WorkerInitResponse.Capabilities.ContainsKey("HttpUri");
        if (TakesHttp && !await worker.Requests.AreTakenAsync(worker.Channel.Ended).WaitAsync(unwanted))
        {
            throw new WorkerEndedException();
        }
    }

    private static async Task LoadAsync(IRunningWorker worker, IReadOnlyList<Function> functions, CancellationToken unwanted)
    {
        var loads = functions.Select(async function =>
        {
            var question = new FunctionLoadRequest { FunctionId = function.Id, Metadata = function.Metadata };
            var answer = await AskAsync(worker, new StreamingMessage { FunctionLoadRequest = question }, unwanted);
            var result = answer.FunctionLoadResponse.Result;
            if (result.Status != StatusResult.Types.Status.Success)
            {
                throw HostRefusedException.Function(function.Name, $"can't be loaded: {result.Exception?.Message}");
            }
        });
        await Task.WhenAll(loads);
    }

    private static Task<StreamingMessage> AskAsync(IRunningWorker worker, StreamingMessage question, CancellationToken unwanted)
    {
        question.RequestId = Guid.NewGuid().ToString();
        return worker.Channel.AskAsync(question).WaitAsync(unwanted);
    }

    private async Task ReplaceWhenEndedAsync(Task<IRunningWorker> current)
    {
        while (true)
        {
            await (await current).Channel.Ended;
            var next = Replace(current);
            if (next == current)
            {
                return;
            }

            current = next;
        }
    }

    /// <summary>The worker in place of one that ended, the same for all who ask. At the host's end none comes after the last.</summary>
    private Task<IRunningWorker> Replace(Task<IRunningWorker> ended)
    {
        lock (_lock)
        {
            if (_current == ended && !_ending)
            {
                log.WorkerEnded();

                // What flows with the host's start is for every worker, whoever finds that the last one has ended.
                ExecutionContext.Run(_start!, _ => _current = StartNextAsync(), null);
            }

            return _current!;
        }
    }

    private async Task<IRunningWorker> StartNextAsync()
    {
        while (true)
        {
            IRunningWorker? worker = null;
            try
            {
                _latest = await WithinAsync(async unwanted =>
                {
                    worker = await start(unwanted);
                    await InitAsync(worker, unwanted);
                    await LoadAsync(worker, _functions, unwanted);
                    return worker;
                });
                return _latest;
            }
            catch (Exception exception)
            {
                await (worker?.CutOffAsync() ?? Task.CompletedTask);
                if (worker is InProcessWorker inProcess)
                {
                    await inProcess.EndAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                if (exception is not OperationCanceledException)
                {
                    log.WorkerFailed(exception);
                }

                await Task.Delay(PauseAfterFailure, TimeProvider.System, stop.Taking);
            }
        }
    }
}
