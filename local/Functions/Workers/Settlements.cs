using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Queues;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.ServiceBus.Grpc;

namespace Chat.Local.Functions.Workers;

/// <summary>Settles messages for the functions that were given them, by lock token.</summary>
internal sealed class Settlements(WorkerEndpoint endpoint) : Settlement.SettlementBase
{
    public override Task<Empty> Complete(CompleteRequest request, ServerCallContext context) =>
        DoAsync(request.Locktoken, message => message.CompleteAsync(context.CancellationToken));

    public override Task<Empty> Abandon(AbandonRequest request, ServerCallContext context) =>
        DoAsync(request.Locktoken, message => message.AbandonAsync(Decode(request.PropertiesToModify), context.CancellationToken));

    public override Task<Empty> Defer(DeferRequest request, ServerCallContext context) =>
        DoAsync(request.Locktoken, message => message.DeferAsync(Decode(request.PropertiesToModify), context.CancellationToken));

    public override Task<Empty> Deadletter(DeadletterRequest request, ServerCallContext context) => DoAsync(
        request.Locktoken,
        message => message.DeadLetterAsync(
            Decode(request.PropertiesToModify),
            request.DeadletterReason,
            request.DeadletterErrorDescription,
            context.CancellationToken));

    public override Task<Empty> RenewMessageLock(RenewMessageLockRequest request, ServerCallContext context) =>
        DoAsync(request.Locktoken, message => message.RenewAsync(context.CancellationToken));

    private async Task<Empty> DoAsync(string lockToken, Func<MessageActions, Task> settle)
    {
        var message = endpoint.Find(lockToken)
            ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, "No function runs with a message of this lock token."));
        try
        {
            await settle(message);
            return new Empty();
        }
        catch (ServiceBusException failed)
        {
            throw new RpcException(new Status(StatusCode.Unknown, failed.Message));
        }
        catch (OperationCanceledException ended)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, ended.Message));
        }
    }

    private static Dictionary<string, object>? Decode(ByteString properties)
    {
        if (properties.IsEmpty)
        {
            return null;
        }

        using var buffer = new ByteBuffer(properties.ToByteArray(), 0, properties.Length);
        return AmqpCodec.DecodeMap(buffer).ToDictionary(
            property => (string)property.Key.Key,
            property => property.Value,
            StringComparer.Ordinal);
    }
}
