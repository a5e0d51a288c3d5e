using System.Net;

namespace Chat.Local.SignalR;

/// <summary>The way from the app to the service: each call is one REST request, which is counted and can fail.</summary>
internal sealed class RestCalls(Meter meter, Faults faults, TimeProvider time, TimeSpan timeout)
{
    private const int MaxGroupName = 1024;

    /// <param name="target">What the operation is about: a user, a group, a connection, or <c>group/member</c>.</param>
    /// <param name="kill">Breaks the connections of those concerned.</param>
    public Task<T> CallAsync<T>(string operation, string target, Func<T> apply, Action? kill, CancellationToken cancellationToken)
    {
        // What comes in is free.
        meter.Add("signalr", "rest", units: 0);
        return TryAsync(operation, target, apply, kill, cancellationToken);
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
                throw RestCallFailedException.Refused((HttpStatusCode)fault.Status);
            case FaultKind.Throttle:
                throw RestCallFailedException.Refused(HttpStatusCode.TooManyRequests);
            case FaultKind.Delay:
                await Task.Delay(fault.Delay < timeout ? fault.Delay : timeout, time, cancellationToken);
                return fault.Delay < timeout ? apply() : throw TimedOut();
            case FaultKind.ResetBefore:
                throw RestCallFailedException.Broken(operation);
            case FaultKind.ResetAfter:
                apply();
                throw RestCallFailedException.Broken(operation);
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

    public Task CallAsync(string operation, string target, Action apply, CancellationToken cancellationToken) =>
        CallAsync(
            operation,
            target,
            () =>
            {
                apply();
                return true;
            },
            kill: null,
            cancellationToken);

    /// <summary>A call about a member of a group, whose name the service checks.</summary>
    public async Task ChangeGroupAsync(string operation, string group, string member, Action apply, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentException.ThrowIfNullOrEmpty(member);
        if (group.Length > MaxGroupName)
        {
            throw RestCallFailedException.Refused(HttpStatusCode.BadRequest);
        }

        await CallAsync(operation, $"{group}/{member}", apply, cancellationToken);
    }

    private TaskCanceledException TimedOut() =>
        new($"The request was canceled: HttpClientTimeout is {timeout.TotalSeconds} seconds.", new TimeoutException());
}
