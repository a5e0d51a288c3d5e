using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Local.SignalR;

/// <summary>What a client says, in frames of the JSON protocol however they arrive: its handshake, then pings and little else.</summary>
internal sealed class ClientInput(HubConnections hub, ClientConnection connection)
{
    private const int MaxFrameBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _partial = new();

    public void Read(ReadOnlySpan<byte> bytes)
    {
        connection.Heard();
        for (var end = bytes.IndexOf(InvocationFrame.Separator); end >= 0; end = bytes.IndexOf(InvocationFrame.Separator))
        {
            _partial.Write(bytes[..end]);
            Take(_partial.WrittenSpan);
            _partial.ResetWrittenCount();
            bytes = bytes[(end + 1)..];
        }

        if (_partial.WrittenCount + bytes.Length > MaxFrameBytes)
        {
            connection.Close("The maximum message size of 1 MB was exceeded.");
            return;
        }

        _partial.Write(bytes);
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        try
        {
            if (connection.IsOpen)
            {
                Answer(Parse<Message>(frame));
            }
            else
            {
                Open(Parse<Handshake>(frame));
            }
        }
        catch (JsonException)
        {
            connection.Close("Connection closed: what the client sent isn't a message of the JSON protocol.");
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> frame)
        where T : class => JsonSerializer.Deserialize<T>(frame, JsonSerializerOptions.Web) ?? throw new JsonException("A frame is an object, not null.");

    private void Open(Handshake handshake)
    {
        if (handshake.Protocol != "json")
        {
            connection.Open($"The protocol '{handshake.Protocol}' is not supported: the local SignalR Service speaks JSON only.");
            return;
        }

        if (handshake.Version != 1)
        {
            connection.Open($"The server does not support version {handshake.Version} of the 'json' protocol.");
            return;
        }

        if (!hub.TryOpen(connection))
        {
            connection.Open();
            connection.Close("Connection closed: its connection token is in use.");
        }
    }

    private void Answer(Message message)
    {
        switch (message.Type)
        {
            case HubProtocolConstants.InvocationMessageType or HubProtocolConstants.StreamInvocationMessageType when message.InvocationId is { } id:
                connection.Send(CompletionMessage.WithError(id, "There is no server to invoke: the app takes calls over HTTP."));
                break;
            case HubProtocolConstants.CloseMessageType:
                connection.Complete();
                break;
            default:
                break;
        }
    }

    private sealed record Handshake(string? Protocol, int Version);

    private sealed record Message(int Type, string? InvocationId);
}
