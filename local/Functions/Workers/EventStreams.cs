using Chat.Local.Functions.Protocol;
using Grpc.Core;
using RpcException = Grpc.Core.RpcException;

namespace Chat.Local.Functions.Workers;

/// <summary>Takes the stream of each worker, whose first message says which one it is.</summary>
internal sealed class EventStreams(WorkerEndpoint endpoint) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)
            || requestStream.Current is not { ContentCase: StreamingMessage.ContentOneofCase.StartStream, StartStream.WorkerId: var id }
            || endpoint.Take(id) is not { } channel)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message has to name a worker that is expected."));
        }

        await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
    }
}
