using Azure.Messaging.ServiceBus;
using Chat.Functions.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Shared;

/// <summary>
/// Turns exceptions of HTTP functions into answers, in one place: a malformed request into its refusal, any other failure into a
/// problem without detail and a log line with the exception.
/// </summary>
/// <remarks>It lets failures of queue and feed functions through, which their host retries.</remarks>
internal sealed class AnswerFailures(ILogger<AnswerFailures> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        // Answers are for their caller alone, so no proxy may cache them.
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        ReadableHeaders.Expose(http);
        try
        {
            await next(context);
            switch (context.GetInvocationResult().Value)
            {
                case ProblemResult { IsUnavailable: true }:
                    logger.CallUnavailable(context.FunctionDefinition.Name);
                    break;
                case ProblemResult { RateLimit: { } limit }:
                    Metrics.RequestsLimited.Add(1, Metrics.Tag(Metrics.Limit, limit));
                    break;
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
            var isTransient = CosmosFailures.IsTransient(exception) || exception is ServiceBusException { IsTransient: true };
            var problem = isTransient ? Problems.Unavailable : Problems.Unexpected;
            context.GetInvocationResult().Value = problem.ToResult();
        }
    }
}

/// <summary>The log lines of failed calls.</summary>
internal static partial class FailureLog
{
    [LoggerMessage(1, LogLevel.Error, "{Function} failed.")]
    public static partial void CallFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(3, LogLevel.Warning, "{Function}: the caller was told to try again.")]
    public static partial void CallUnavailable(this ILogger logger, string function);

    [LoggerMessage(2, LogLevel.Debug, "{Function}: the caller left.")]
    public static partial void CallerLeft(this ILogger logger, Exception exception, string function);
}
