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
    // Azure bills at least 100 ms of at least 128 MB for an execution.
    private static readonly TimeSpan LeastBilled = TimeSpan.FromMilliseconds(100);
    private const double BilledGigabytes = 0.125;

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
        log.Invoking(function.Name);
        try
        {
            await pipeline(invocation);
        }
        finally
        {
            var took = time.GetElapsedTime(start);
            meter.Add("functions", function.MeterOperation, (took > LeastBilled ? took : LeastBilled).TotalSeconds * BilledGigabytes);
            log.Invoked(function.Name, took.TotalMilliseconds);
        }
    }
}
