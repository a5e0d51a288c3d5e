using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Functions.Shared;

/// <summary>Notes when each invocation began, from when on its patience counts: waiting for a thread, a token's keys or a body is part of it.</summary>
public sealed class InvocationStart(TimeProvider time) : IFunctionsWorkerMiddleware
{
    private static readonly AsyncLocal<long?> Flowing = new();

    /// <summary>When the invocation began that this runs in, as a timestamp of the time provider; null outside of any.</summary>
    public static long? Timestamp => Flowing.Value;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        Flowing.Value = time.GetTimestamp();
        await next(context);
    }
}
