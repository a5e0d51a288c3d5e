using System.Net;

namespace Chat.Local.SignalR;

/// <summary>The way from the app to the service: each call is one REST request, which is counted and can fail.</summary>
internal sealed class RestCalls(Meter meter, Faults faults, TimeProvider time, TimeSpan timeout)
{
    /// <param name="kill">Breaks the connections of those concerned.</param>
    public Task<T> CallAsync<T>(RestRequest request, Func<T> apply, Action? kill, CancellationToken cancellationToken)
    {
        // What comes in is free.
        meter.Add("signalr", "rest", units: 0);
        return TryAsync(request.Operation, request.Target, apply, kill, cancellationToken);
    }

    /// <summary>Does something that isn't a request of its own but may go wrong like one.</summary>
    public async Task<T> TryAsync<T>(string operation, string target, Func<T> apply, Action? kill, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = await faults.NextAsync("signalr", operation, target);
        switch (fault?.Kind)
        {
            case null:
                return apply();
            case FaultKind.Fail:
                throw RestCallFailedException.Refused((HttpStatusCode)fault.Status, operation, target);
            case FaultKind.Throttle:
                throw RestCallFailedException.Refused(HttpStatusCode.TooManyRequests, operation, target);
            case FaultKind.Delay:
                await Task.Delay(fault.Delay < timeout ? fault.Delay : timeout, time, cancellationToken);
                return fault.Delay < timeout ? apply() : throw TimedOut();
            case FaultKind.ResetBefore:
                throw RestCallFailedException.Broken(operation, target);
            case FaultKind.ResetAfter:
                apply();
                throw RestCallFailedException.Broken(operation, target);
            case FaultKind.TimeoutAfter:
                apply();
                throw TimedOut();
            case FaultKind.Kill:
                kill?.Invoke();
                return apply();
            default:
                throw new NotSupportedException($"SignalR Service knows no fault {fault!.Kind}.");
        }
    }

    public Task CallAsync(RestRequest request, Action apply, CancellationToken cancellationToken) =>
        CallAsync(
            request,
            () =>
            {
                apply();
                return true;
            },
            kill: null,
            cancellationToken);

    private TaskCanceledException TimedOut() =>
        new($"The request was canceled: HttpClientTimeout is {timeout.TotalSeconds} seconds.", new TimeoutException());
}
