using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Items;

/// <summary>Where operations meet the faults that tests arm.</summary>
internal sealed class FaultGate(Faults faults, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs an operation, or does to it what a fault says.</summary>
    public async ValueTask<CosmosResponse> RunAsync(
        string operation,
        string target,
        CosmosRequest request,
        Func<CosmosRequest, ValueTask<CosmosResponse>> run)
    {
        if (await faults.NextAsync("cosmos", operation, target) is not { } fault)
        {
            return await run(request);
        }

        switch (fault.Kind)
        {
            case FaultKind.Fail:
                return CosmosResponse.Error(fault.Status, "A fault that a test armed.");
            case FaultKind.Throttle:
                return CosmosResponse.Throttled(fault.Delay > TimeSpan.Zero ? fault.Delay : RetryAfter);
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, time);
                var response = await run(request);
                await (fault.Applied?.Invoke(target) ?? Task.CompletedTask);
                return response;
            case FaultKind.ResetBefore:
                return CosmosResponse.Broken;
            case FaultKind.ResetAfter:
                await run(request);
                return CosmosResponse.Broken;
            case FaultKind.TimeoutAfter:
                await run(request);
                return CosmosResponse.Error(408, "Request timed out. More details: the operation may have been applied.");
            case FaultKind.FalsePrecondition:
                return await run(request with { RefuseConditions = true });
            default:
                throw new NotSupportedException($"Cosmos DB knows no fault {fault.Kind}.");
        }
    }
}
