using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Shared;

/// <summary>The one place where an HTTP call's unexpected failure becomes an answer: a problem without detail, and a log entry with all of it.</summary>
/// <remarks>Queue and feed functions let failures through: their host knows how to repeat them.</remarks>
public sealed class AnswerFailures(ILogger<AnswerFailures> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        // What the API answers is for its caller alone.
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        ReadableHeaders.Expose(http);
        try
        {
            await next(context);
            if (context.GetInvocationResult().Value is ProblemResult { IsUnavailable: true })
            {
                logger.CallUnavailable(context.FunctionDefinition.Name);
            }
        }
        catch (MalformedRequestException malformed)
        {
            context.GetInvocationResult().Value = malformed.Refusal.ToResult();
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.CallerLeft(exception, context.FunctionDefinition.Name);
        }
        catch (BadHttpRequestException exception)
        {
            context.GetInvocationResult().Value = Problems.BadRequest(exception.StatusCode).ToResult();
        }
        catch (Exception exception)
        {
            logger.CallFailed(exception, context.FunctionDefinition.Name);
            var problem = CosmosFailures.IsTransient(exception) ? Problems.Unavailable : Problems.Unexpected;
            context.GetInvocationResult().Value = problem.ToResult();
        }
    }
}

/// <summary>What operators can see of failed calls.</summary>
internal static partial class FailureLog
{
    [LoggerMessage(1, LogLevel.Error, "{Function} failed.")]
    public static partial void CallFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(3, LogLevel.Warning, "{Function}: the caller was told to try again.")]
    public static partial void CallUnavailable(this ILogger logger, string function);

    [LoggerMessage(2, LogLevel.Debug, "{Function}: the caller left.")]
    public static partial void CallerLeft(this ILogger logger, Exception exception, string function);
}
