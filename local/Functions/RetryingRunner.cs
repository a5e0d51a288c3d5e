using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>Runs a function for the same trigger data until it succeeds or its retry policy gives up.</summary>
internal sealed class RetryingRunner(FunctionRunner runner, TimeProvider time, ILogger<RetryingRunner> log)
{
    /// <param name="data">What the trigger brings.</param>
    /// <param name="goOn">Ends the waits between runs.</param>
    /// <exception cref="OperationCanceledException">The host ended before the function succeeded: the data must come again.</exception>
    public async Task RunAsync(Function function, RetryPolicy policy, TypedData data, HostStop stop, CancellationToken goOn)
    {
        for (var retry = 0; ; retry++)
        {
            if (retry > 0)
            {
                await Task.Delay(policy.DelayBefore(retry), time, goOn);
            }

            try
            {
                var request = FunctionRunner.Request(function);
                request.InputData.Add(new ParameterBinding { Name = function.Trigger.Parameter, Data = data });
                request.RetryContext = new RetryContext { RetryCount = retry, MaxRetryCount = policy.MaxRetries };
                await runner.RunAsync(function, request, stop.Running);
                return;
            }
            catch (Exception exception) when (exception is OperationCanceledException || stop.Running.IsCancellationRequested)
            {
                throw new OperationCanceledException(stop.Running);
            }
            catch (Exception exception) when (policy.Allows(retry + 1))
            {
                log.RunFailed(exception, function.Name, policy.DelayBefore(retry + 1));
            }
            catch (Exception exception)
            {
                log.RunGivenUp(exception, function.Name);
                return;
            }
        }
    }
}
