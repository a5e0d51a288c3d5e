using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Workers;

/// <summary>The worker of a host. When it ends by itself, what it was running fails, and the next one takes its place, as in Azure.</summary>
internal sealed class Worker(Func<Task<IRunningWorker>> start, ILogger<Worker> log)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private volatile Task<IRunningWorker>? _current;
    private volatile IRunningWorker? _latest;
    private IReadOnlyList<Function> _functions = [];
    private ExecutionContext? _start;
    private volatile bool _stopping;

    /// <summary>Whether it takes requests themselves, which an app has to ask for.</summary>
    public bool TakesHttp { get; private set; }

    /// <summary>The one that started last.</summary>
    public IRunningWorker Latest => _latest!;

    /// <summary>Starts the first worker. Its functions are told, and not loaded yet.</summary>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> StartAsync()
    {
        var worker = await start();
        _current = Task.FromResult(worker);
        _latest = worker;
        await InitAsync(worker);
        var answer = await AskAsync(worker, new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = AppContext.BaseDirectory } });
        var described = answer.FunctionMetadataResponse;
        return described.Result.Status == StatusResult.Types.Status.Success ? described.FunctionMetadataResults : throw new InvocationFailedException(described.Result);
    }

    /// <summary>Lets the worker load functions; from here on it is replaced when it ends.</summary>
    /// <exception cref="HostRefusedException">It can't load one.</exception>
    public async Task LoadAsync(IReadOnlyList<Function> functions)
    {
        var first = _current!;
        await LoadAsync(await first, functions);
        _functions = functions;
        _start = ExecutionContext.Capture();
        _ = ReplaceWhenEndedAsync(first);
    }

    /// <summary>The worker that runs, or will in a moment. It isn't one that is known to have ended, where whatever a queue has would fail at once.</summary>
    public async Task<IRunningWorker> GetAsync()
    {
        var current = _current!;
        var worker = await current;
        return worker.Channel.Ended.IsCompleted && !_stopping ? await Replace(current) : worker;
    }

    /// <summary>Ends the worker as after a drain.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await (await LastAsync() is { } worker ? worker.StopAsync() : Task.CompletedTask);
    }

    /// <summary>Takes everything from the worker at once, and starts no other.</summary>
    public async Task CutOffAsync()
    {
        _stopping = true;
        await (await LastAsync() is { } worker ? worker.CutOffAsync() : Task.CompletedTask);
    }

    /// <summary>The worker that runs or is about to; null when none could start.</summary>
    private async Task<IRunningWorker?> LastAsync()
    {
        if (_current is not { } current)
        {
            return null;
        }

        await ((Task)current).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return current.IsCompletedSuccessfully ? await current : null;
    }

    /// <summary>Introduces itself to a worker. What takes requests listens then.</summary>
    private async Task InitAsync(IRunningWorker worker)
    {
        if (worker.ProcessId != Environment.ProcessId)
        {
            log.WorkerConnected(worker.ProcessId);
        }

        var init = new WorkerInitRequest { HostVersion = "4.0.0", FunctionAppDirectory = AppContext.BaseDirectory };
        var answer = await AskAsync(worker, new StreamingMessage { WorkerInitRequest = init });
        TakesHttp = answer.WorkerInitResponse.Capabilities.ContainsKey("HttpUri");
        if (TakesHttp && !await worker.Requests.AreTakenAsync(worker.Channel.Ended))
        {
            throw new WorkerEndedException();
        }
    }

    private static async Task LoadAsync(IRunningWorker worker, IReadOnlyList<Function> functions)
    {
        var loads = functions.Select(async function =>
        {
            var answer = await AskAsync(worker, new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Id, Metadata = function.Metadata },
            });
            var result = answer.FunctionLoadResponse.Result;
            if (result.Status != StatusResult.Types.Status.Success)
            {
                throw HostRefusedException.Function(function.Name, $"can't be loaded: {result.Exception?.Message}");
            }
        });
        await Task.WhenAll(loads);
    }

    private static Task<StreamingMessage> AskAsync(IRunningWorker worker, StreamingMessage question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        return worker.Channel.AskAsync(question);
    }

    private async Task ReplaceWhenEndedAsync(Task<IRunningWorker> current)
    {
        while (true)
        {
            await (await current).Channel.Ended;
            if (_stopping)
            {
                return;
            }

            current = Replace(current);
        }
    }

    /// <summary>The worker in place of one that ended; it is the same for all who ask.</summary>
    private Task<IRunningWorker> Replace(Task<IRunningWorker> ended)
    {
        lock (_lock)
        {
            if (_current == ended)
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
                worker = await start();
                await InitAsync(worker);
                await LoadAsync(worker, _functions);
                _latest = worker;
                return worker;
            }
            catch (Exception exception)
            {
                await (worker?.CutOffAsync() ?? Task.CompletedTask);
                if (_stopping)
                {
                    throw;
                }

                log.WorkerFailed(exception);
                await Task.Delay(PauseAfterFailure, TimeProvider.System);
            }
        }
    }
}
