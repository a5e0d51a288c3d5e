using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Functions.Shared;

/// <summary>
/// Notes when each invocation started. Its deadline counts from there, and so includes waiting for a thread, for the token's keys
/// and for the body.
/// </summary>
internal sealed class InvocationStart(TimeProvider time) : IFunctionsWorkerMiddleware
{
    private static readonly AsyncLocal<long?> Flowing = new();

    /// <summary>The start of the current invocation, as a timestamp of the time provider; null outside of invocations.</summary>
    public static long? Timestamp => Flowing.Value;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        Flowing.Value = time.GetTimestamp();
        await next(context);
    }
}
