using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>Runs functions: each invocation in a scope of its own, through the app's middleware, and metered.</summary>
internal sealed class FunctionRunner(
    FunctionExecutionDelegate pipeline,
    IServiceScopeFactory scopes,
    Meter meter,
    TimeProvider time,
    ILogger<FunctionRunner> log)
{
    private readonly InstanceBill _instances = new(meter, time);

    /// <summary>Runs a function for a request, in the request's scope.</summary>
    public Task RunAsync(Function function, HttpContext http) =>
        RunAsync(function, new Invocation(function, http.RequestServices, null, CancellationToken.None) { Http = http });

    /// <summary>Runs a function for what its trigger read. Its exceptions are the caller's.</summary>
    public async Task RunAsync(Function function, object triggerData, Attempt attempt, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        await RunAsync(function, new Invocation(function, scope.ServiceProvider, triggerData, stopping) { Attempt = attempt });
    }

    /// <summary>Runs a function for a message, which it may settle itself. Its exceptions are the caller's.</summary>
    public async Task RunAsync(Function function, object triggerData, ServiceBusMessageActions actions, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        await RunAsync(function, new Invocation(function, scope.ServiceProvider, triggerData, stopping) { MessageActions = actions });
    }

    private async Task RunAsync(Function function, Invocation invocation)
    {
        var start = time.GetTimestamp();
        function.Statistics.Begin();
        _instances.Begin(function.ScaleGroup, start);
        log.Invoking(function.Name);
        var failure = default(Failure);
        try
        {
            await pipeline(invocation);
            failure = Failure.Of(invocation);
        }
        catch (Exception exception)
        {
            failure = new Failure(exception);
            throw;
        }
        finally
        {
            var end = time.GetTimestamp();
            var took = time.GetElapsedTime(start, end);
            function.Statistics.End(took, time.GetUtcNow(), failure);
            _instances.End(function.ScaleGroup, end);
            meter.Add("functions", function.MeterOperation, 0);
            if (invocation.Http?.Response.StatusCode == StatusCodes.Status201Created)
            {
                meter.Add("http", function.CreatedOperation, 0);
            }

            log.Invoked(function.Name, took.TotalMilliseconds);
        }
    }
}
