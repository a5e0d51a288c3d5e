using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Http;

/// <summary>Makes requests run functions: the worker gets the request itself by HTTP, and by its channel what function it is for.</summary>
/// <remarks>
/// The worker answers an empty 200 for a function that throws. So an answer begins with its first byte, or when the function has ended
/// well; a failure is an empty 500, never a trace.
/// </remarks>
internal sealed class HttpFunctions(FunctionRunner runner, Worker worker, HostStop stop, ILogger<HttpFunctions> log)
{
    public void Map(IEndpointRouteBuilder routes, IEnumerable<Function> functions)
    {
        foreach (var function in functions.Where(function => function.Route is not null))
        {
            routes.Map(function.Route!.Pattern, http => AnswerAsync(function, http))
                .WithMetadata(function.Route)
                .WithDisplayName(function.Name);
        }
    }

    private async Task AnswerAsync(Function function, HttpContext http)
    {
        if (function.IsDisabled)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var unwanted = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var request = FunctionRunner.Request(function);
        request.InputData.Add(new ParameterBinding { Name = function.Trigger.Parameter, Data = new TypedData { Http = new RpcHttp() } });
        foreach (var (name, value) in http.Request.RouteValues)
        {
            request.TriggerMetadata[name] = new TypedData { String = value as string ?? "" };
        }

        IRunningWorker at;
        try
        {
            at = await worker.GetAsync(unwanted.Token);
        }
        catch (Exception none) when (none is WorkerEndedException or OperationCanceledException)
        {
            await RefuseAsync(function, http, none);
            return;
        }

        var status = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = runner.RunAsync(at, function, request, status.Task, unwanted.Token);
        try
        {
            using var answer = await at.Requests.SendAsync(http, request.InvocationId, unwanted.Token);
            status.SetResult((int)answer.StatusCode);
            await HttpForward.TryReturnAsync(answer, http, () => SucceedsAsync(run));
            await run;
        }
        catch (Exception exception)
        {
            status.TrySetResult(null);
            if (!http.RequestAborted.IsCancellationRequested)
            {
                // At once: the function may take its time to notice.
                await RefuseAsync(function, http, exception);
            }

            await unwanted.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> SucceedsAsync(Task run)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.IsCompletedSuccessfully;
    }

    private async Task RefuseAsync(Function function, HttpContext http, Exception exception)
    {
        if (exception is not BadHttpRequestException)
        {
            log.RequestFailed(exception, function.Name);
        }

        // Whoever was killed says nothing more.
        if (http.Response.HasStarted || stop.Aborted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = exception is BadHttpRequestException { StatusCode: var status }
            ? status
            : StatusCodes.Status500InternalServerError;
        await http.Response.CompleteAsync();
    }
}
