using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Local.SignalR.Protocols;

/// <summary>The hub protocol that a client chose in its handshake.</summary>
/// <param name="isMalformed">Which exceptions say that a client's bytes aren't of this protocol.</param>
internal sealed class ClientProtocol(IHubProtocol protocol, Func<Exception, bool> isMalformed)
{
    public static readonly ClientProtocol Json = new(new JsonHubProtocol(), static exception => exception is InvalidDataException);

    private static readonly AnyArguments Binder = new();

    public string Name => protocol.Name;

    public TransferFormat Format => protocol.TransferFormat;

    public ReadOnlyMemory<byte> Ping { get; } = protocol.GetMessageBytes(PingMessage.Instance);

    /// <summary>The protocol of this name and version; null when it isn't spoken here.</summary>
    public static ClientProtocol? Find(string name, int version) => version == 1
        ? name switch
        {
            "json" => Json,
            "messagepack" => MessagePackProtocol.Instance,
            _ => null,
        }
        : null;

    public ReadOnlyMemory<byte> Write(HubMessage message) => protocol.GetMessageBytes(message);

    /// <summary>Takes a message off what a client sent; null when it isn't whole yet, or of a type that isn't known.</summary>
    /// <exception cref="InvalidDataException">What the client sent isn't a message.</exception>
    public HubMessage? Read(ref ReadOnlySequence<byte> input)
    {
        try
        {
            return protocol.TryParseMessage(ref input, Binder, out var message) ? message : null;
        }
        catch (Exception exception) when (isMalformed(exception))
        {
            throw new InvalidDataException($"Connection closed: what the client sent isn't a message of the {Name} protocol.", exception);
        }
    }

    /// <summary>
    /// Nobody calls what a client invokes, so that its arguments may be anything: a failure to bind still tells the invocation's id.
    /// </summary>
    private sealed class AnyArguments : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
