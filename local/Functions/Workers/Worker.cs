using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Workers;

/// <summary>The worker of a host. When it ends by itself, what it was running fails, and the next one takes its place, as in Azure.</summary>
internal sealed class Worker(Func<Task<InProcessWorker>> start, ILogger<Worker> log)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private volatile Task<InProcessWorker>? _current;
    private volatile bool _stopping;

    /// <summary>Whether it takes requests themselves, which an app has to ask for.</summary>
    public bool TakesHttp { get; private set; }

    /// <summary>Starts the first worker. Its functions are told, and not loaded yet.</summary>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> StartAsync()
    {
        var worker = await start();
        _current = Task.FromResult(worker);
        TakesHttp = (await InitAsync(worker)).Capabilities.ContainsKey("HttpUri");
        var answer = await AskAsync(worker, new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = AppContext.BaseDirectory } });
        var described = answer.FunctionMetadataResponse;
        return described.Result.Status == StatusResult.Types.Status.Success ? described.FunctionMetadataResults : throw new InvocationFailedException(described.Result);
    }

    /// <summary>Lets the worker load functions; from here on it is replaced when it ends.</summary>
    /// <exception cref="HostRefusedException">It can't load one.</exception>
    public async Task LoadAsync(IReadOnlyList<Function> functions)
    {
        var worker = await GetAsync();
        await LoadAsync(worker, functions);
        _ = ReplaceWhenEndedAsync(worker, functions);
    }

    /// <summary>The worker that runs, or will in a moment.</summary>
    public Task<InProcessWorker> GetAsync() => _current!;

    /// <summary>Ends the worker as after a drain.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        if (_current is { } current)
        {
            await (await current).StopAsync();
        }
    }

    /// <summary>Takes everything from the worker at once, and starts no other.</summary>
    public async Task CutOffAsync()
    {
        _stopping = true;
        await (await GetAsync()).CutOffAsync();
    }

    private static async Task<WorkerInitResponse> InitAsync(InProcessWorker worker)
    {
        var init = new WorkerInitRequest { HostVersion = "4.0.0", FunctionAppDirectory = AppContext.BaseDirectory };
        return (await AskAsync(worker, new StreamingMessage { WorkerInitRequest = init })).WorkerInitResponse;
    }

    private static async Task LoadAsync(InProcessWorker worker, IReadOnlyList<Function> functions)
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

    private static Task<StreamingMessage> AskAsync(InProcessWorker worker, StreamingMessage question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        return worker.Channel.AskAsync(question);
    }

    private async Task ReplaceWhenEndedAsync(InProcessWorker worker, IReadOnlyList<Function> functions)
    {
        while (true)
        {
            await worker.Channel.Ended;
            if (_stopping)
            {
                return;
            }

            log.WorkerEnded();
            _current = StartNextAsync(functions);
            worker = await _current;
        }
    }

    private async Task<InProcessWorker> StartNextAsync(IReadOnlyList<Function> functions)
    {
        while (true)
        {
            try
            {
                var worker = await start();
                await InitAsync(worker);
                await LoadAsync(worker, functions);
                return worker;
            }
            catch (Exception exception)
            {
                log.WorkerFailed(exception);
                await Task.Delay(PauseAfterFailure, TimeProvider.System);
            }
        }
    }
}
