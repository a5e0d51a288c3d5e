using System.Diagnostics;
using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>Runs functions in the worker, and meters each run.</summary>
internal sealed class FunctionRunner(Worker worker, Meter meter, InvocationFaults faults, TimeProvider time, ILogger<FunctionRunner> log)
{
    private static readonly Task<int?> NoStatus = Task.FromResult<int?>(null);
    private readonly InstanceBill _instances = new(meter, time);

    /// <summary>What a run is asked for with, besides what its trigger brings.</summary>
    public static InvocationRequest Request(Function function) => new()
    {
        InvocationId = Guid.NewGuid().ToString(),
        FunctionId = function.Id,
        TraceContext = new RpcTraceContext
        {
            TraceParent = Activity.Current?.Id ?? "",
            TraceState = Activity.Current?.TraceStateString ?? "",
        },
    };

    /// <summary>Runs a function for what its trigger read.</summary>
    /// <param name="function">The function.</param>
    /// <param name="request">What its trigger read.</param>
    /// <param name="stopping">Fires when the result isn't wanted any more.</param>
    /// <param name="message">The id of the message that it is for.</param>
    /// <exception cref="InvocationFailedException">The function failed.</exception>
    /// <exception cref="WorkerEndedException">The worker ended before the function did.</exception>
    public async Task RunAsync(Function function, InvocationRequest request, CancellationToken stopping, string? message = null)
    {
        var on = await worker.GetAsync(stopping);
        InvocationRequest? first = request;
        await faults.RunAsync(
            function.Trigger.Operation,
            message is null ? function.Name : $"{function.Name}/{message}",
            RunAsync,
            on.Channel.Cut);

        Task RunAsync() => InvokeAsync(on, function, Interlocked.Exchange(ref first, null) ?? Again(request), NoStatus, stopping);
    }

    private static InvocationRequest Again(InvocationRequest request) => new(request) { InvocationId = Guid.NewGuid().ToString() };

    /// <summary>Runs a function for a request.</summary>
    /// <param name="on">The worker that has the request.</param>
    /// <param name="function">The function.</param>
    /// <param name="request">What the worker is told of it.</param>
    /// <param name="status">
    /// The answer's status, or null when there is none. It may come after the function's end: it takes another way.
    /// </param>
    /// <param name="unwanted">Fires when nobody waits for the answer any more.</param>
    /// <exception cref="InvocationFailedException">The function failed.</exception>
    /// <exception cref="WorkerEndedException">The worker ended before the function did.</exception>
    public Task RunAsync(IRunningWorker on, Function function, InvocationRequest request, Task<int?> status, CancellationToken unwanted) =>
        faults.RunAsync(
            function.Trigger.Operation,
            function.Name,
            () => InvokeAsync(on, function, request, status, unwanted),
            on.Channel.Cut);

    private async Task InvokeAsync(
        IRunningWorker on,
        Function function,
        InvocationRequest request,
        Task<int?> status,
        CancellationToken unwanted)
    {
        var start = time.GetTimestamp();
        function.Statistics.Begin();
        _instances.Begin(function.ScaleGroup, start);
        log.Invoking(function.Name);
        Exception? thrown = null;
        try
        {
            var response = await on.Channel.InvokeAsync(request, unwanted);
            if (response.Result.Status != StatusResult.Types.Status.Success)
            {
                throw new InvocationFailedException(response.Result);
            }
        }
        catch (Exception exception)
        {
            thrown = exception;
            throw;
        }
        finally
        {
            var end = time.GetTimestamp();
            var took = time.GetElapsedTime(start, end);
            var answered = thrown is null ? await status : null;
            function.Statistics.End(took, time.GetUtcNow(), Failure.Of(thrown, answered));
            _instances.End(function.ScaleGroup, end);
            meter.Add("functions", function.MeterOperation, 0);
            if (answered == StatusCodes.Status201Created)
            {
                meter.Add("http", function.CreatedOperation, 0);
            }

            log.Invoked(function.Name, took.TotalMilliseconds);
        }
    }
}
