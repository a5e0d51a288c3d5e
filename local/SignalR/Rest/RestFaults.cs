namespace Chat.Local.SignalR.Rest;

/// <summary>Where requests are counted and meet the faults that tests arm.</summary>
internal sealed class RestFaults(Meter meter, Faults faults, TimeProvider time)
{
    /// <summary>Does what a request asks for, or what a fault makes of it.</summary>
    /// <param name="kill">Breaks the connections of those concerned.</param>
    public async ValueTask<RestAnswer> RunAsync(
        RestOperation operation,
        Func<RestAnswer> apply,
        Action? kill,
        CancellationToken cancellationToken)
    {
        // What comes in is free.
        meter.Add("signalr", "rest", units: 0);
        var fault = await faults.NextAsync("signalr", operation.Kind, operation.Target);
        switch (fault?.Kind)
        {
            case null:
                return apply();
            case FaultKind.Fail:
                return new RestAnswer(fault.Status);
            case FaultKind.Throttle:
                return new RestAnswer(429);
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, time, cancellationToken);
                return apply();
            case FaultKind.ResetBefore:
                return RestAnswer.Broken;
            case FaultKind.ResetAfter:
                apply();
                return RestAnswer.Broken;
            case FaultKind.TimeoutAfter:
                apply();
                return RestAnswer.Late;
            case FaultKind.Kill:
                kill?.Invoke();
                return apply();
            default:
                throw new NotSupportedException($"SignalR Service knows no fault {fault!.Kind}.");
        }
    }
}
