using System.Buffers;
using Chat.Local.SignalR.Protocols;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Local.SignalR;

/// <summary>What a client says, however it arrives: its handshake, then pings and little else.</summary>
internal sealed class ClientInput(HubConnections hub, ClientConnection connection)
{
    private const int MaxMessageBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _unread = new();

    public void Read(ReadOnlySpan<byte> bytes)
    {
        connection.Heard();
        if (connection.IsClosing)
        {
            return;
        }

        _unread.Write(bytes);
        var input = new ReadOnlySequence<byte>(_unread.WrittenMemory);
        try
        {
            TakeAll(ref input);
        }
        catch (InvalidDataException malformed)
        {
            connection.Close(malformed.Message);
            return;
        }

        if (input.Length > MaxMessageBytes)
        {
            connection.Close("The maximum message size of 1 MB was exceeded.");
            return;
        }

        var rest = input.IsEmpty ? [] : input.ToArray();
        _unread.ResetWrittenCount();
        _unread.Write(rest);
    }

    /// <summary>Takes messages until what is left isn't a whole one. Messages of an unknown type are read, but none come of them.</summary>
    private void TakeAll(ref ReadOnlySequence<byte> input)
    {
        for (var before = long.MaxValue; input.Length < before && !connection.IsClosing;)
        {
            before = input.Length;
            if (connection.IsOpen)
            {
                Answer(ref input);
            }
            else if (HandshakeProtocol.TryParseRequestMessage(ref input, out var handshake))
            {
                Open(handshake);
            }
        }
    }

    private void Open(HandshakeRequestMessage handshake)
    {
        if (ClientProtocol.Find(handshake.Protocol, handshake.Version) is not { } protocol)
        {
            connection.Refuse($"Version {handshake.Version} of the protocol '{handshake.Protocol}' is not supported.");
        }
        else if (!connection.Carries(protocol.Format))
        {
            connection.Refuse(
                $"The protocol '{protocol.Name}' can't be used: the transport does not support the transfer format {protocol.Format}.");
        }
        else if (!hub.TryOpen(connection, protocol))
        {
            connection.Open(protocol);
            connection.Close("Connection closed: its connection token is in use.");
        }
    }

    private void Answer(ref ReadOnlySequence<byte> input)
    {
        switch (connection.Protocol.Read(ref input))
        {
            case InvocationBindingFailureMessage { InvocationId: { } id }:
                Refuse(id);
                break;
            case HubMethodInvocationMessage { InvocationId: { } id }:
                Refuse(id);
                break;
            case CloseMessage:
                connection.Complete();
                break;
            default:
                break;
        }
    }

    private void Refuse(string invocationId) =>
        connection.Send(CompletionMessage.WithError(invocationId, "There is no server to invoke: the app takes calls over HTTP."));
}
