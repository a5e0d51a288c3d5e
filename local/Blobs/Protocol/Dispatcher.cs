using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Operations;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Protocol;

/// <summary>Brings a request to the operation that it asks for, and its answer on the way when it is durable.</summary>
internal sealed class Dispatcher
{
    private readonly BlobAccount _account;
    private readonly Meter _meter;
    private readonly Faults _faults;
    private readonly TimeProvider _time;
    private readonly ServiceProperties _properties;
    private readonly Authorizer _authorizer;
    private readonly Routes _routes;

    public Dispatcher(BlobAccount account, Meter meter, Faults faults, TimeProvider time)
    {
        (_account, _meter, _faults, _time) = (account, meter, faults, time);
        _properties = new ServiceProperties(account);
        _authorizer = new Authorizer(time);
        _routes = new Routes(account, _properties, _authorizer, time);
    }

    public async ValueTask<BlobAnswer> AnswerAsync(BlobRequest request, CancellationToken cancellationToken)
    {
        BlobAnswer answer;
        try
        {
            answer = await RunAsync(request, cancellationToken);
        }
        catch (RefusedException refused)
        {
            answer = BlobAnswer.Error(refused, hasBody: request.Method != "HEAD");
        }

        if (ReferenceEquals(answer, BlobAnswer.Broken))
        {
            return answer;
        }

        await _account.SettleAsync();
        answer.With("x-ms-request-id", Guid.NewGuid().ToString())
            .With("x-ms-client-request-id", request.Header("x-ms-client-request-id"))
            .With("x-ms-version", request.Version)
            .With("Date", _time.GetUtcNow());
        _properties.Cors.Decorate(answer, request);
        return answer;
    }

    private ValueTask<BlobAnswer> RunAsync(BlobRequest request, CancellationToken cancellationToken)
    {
        RequestRules.CheckAddress(request);
        if (request.Method == "OPTIONS")
        {
            return new(_properties.Cors.Preflight(request));
        }

        RequestRules.Check(request);
        var operation = _routes.Find(request, cancellationToken);
        var grant = _authorizer.Authorize(request);
        if (!grant.IsOwner && !grant.Allows(operation.Permissions))
        {
            throw Refusals.Permission();
        }

        _meter.Add("blobs", $"{operation.Kind}:{operation.Name}", units: 1);
        return MeetFaultsAsync(operation, grant, $"{request.Container}/{request.Blob}", cancellationToken);
    }

    private async ValueTask<BlobAnswer> MeetFaultsAsync(
        Operation operation, Grant grant, string target, CancellationToken cancellationToken)
    {
        var fault = await _faults.NextAsync("blobs", operation.Name, target);
        switch (fault?.Kind)
        {
            case null:
                return await operation.Run(grant);
            case FaultKind.Fail:
                throw Refusals.Armed(fault.Status);
            case FaultKind.Throttle:
                throw Refusals.Busy();
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, _time, cancellationToken);
                var answer = await operation.Run(grant);
                await (fault.Applied?.Invoke(target) ?? Task.CompletedTask);
                return answer;
            case FaultKind.ResetBefore:
                return BlobAnswer.Broken;
            case FaultKind.ResetAfter:
                await DropAsync(await operation.Run(grant));
                return BlobAnswer.Broken;
            case FaultKind.TimeoutAfter:
                await DropAsync(await operation.Run(grant));
                throw Refusals.TimedOut();
            default:
                throw new NotSupportedException($"Blob Storage knows no fault {fault!.Kind}.");
        }
    }

    private static ValueTask DropAsync(BlobAnswer answer) => answer.Body?.DisposeAsync() ?? default;
}
