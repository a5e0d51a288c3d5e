using System.Threading.Channels;
using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Grpc.Core;

namespace Chat.Local.Tests.Functions;

/// <summary>A worker without an app. It has no functions, and answers as long as it isn't silent.</summary>
internal sealed class ScriptedWorker : IRunningWorker, IAsyncStreamReader<StreamingMessage>, IServerStreamWriter<StreamingMessage>
{
    private readonly Channel<StreamingMessage> _toHost = System.Threading.Channels.Channel.CreateUnbounded<StreamingMessage>();

    public ScriptedWorker() => Conversation = Channel.RunAsync(this, this, CancellationToken.None);

    public WorkerChannel Channel { get; } = new("scripted", _ => { });

    public Task Conversation { get; }

    public bool IsSilent { get; init; }

    /// <summary>Whether the way to it is broken, and the way back isn't.</summary>
    public bool IsDeaf { get; set; }

    public HttpForward Requests { get; } = new("/no/socket");

    public int ProcessId => Environment.ProcessId;

    public StreamingMessage Current { get; private set; } = null!;

    public WriteOptions? WriteOptions { get; set; }

    public Task StopAsync(CancellationToken deadline) => CutOffAsync();

    public Task CutOffAsync()
    {
        Channel.Cut();
        Requests.Dispose();
        return Task.CompletedTask;
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        Current = await _toHost.Reader.ReadAsync(cancellationToken);
        return true;
    }

    public Task WriteAsync(StreamingMessage message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(StreamingMessage message, CancellationToken cancellationToken)
    {
        if (IsDeaf)
        {
            throw new IOException("Nothing can be written any more.");
        }

        return IsSilent ? Task.CompletedTask : AnswerAsync(message);
    }

    private Task AnswerAsync(StreamingMessage question)
    {
        var good = new StatusResult { Status = StatusResult.Types.Status.Success };
        return _toHost.Writer.WriteAsync(question.ContentCase switch
        {
            StreamingMessage.ContentOneofCase.WorkerInitRequest =>
                new StreamingMessage { RequestId = question.RequestId, WorkerInitResponse = new WorkerInitResponse { Result = good } },
            StreamingMessage.ContentOneofCase.FunctionsMetadataRequest =>
                new StreamingMessage
                {
                    RequestId = question.RequestId,
                    FunctionMetadataResponse = new FunctionMetadataResponse { Result = good },
                },
            _ => throw new NotSupportedException($"It has no answer to {question.ContentCase}."),
        }).AsTask();
    }
}
