using System.Text;
using System.Text.Json;
using Chat.Local.SignalR.Protocols;
using MessagePack;

namespace Chat.Local.SignalR;

/// <summary>A call of a client's method as it goes over the wire: written once in each protocol, for all who get it.</summary>
internal sealed class Invocation
{
    /// <summary>Ends every message of the JSON protocol.</summary>
    private const byte Separator = 0x1e;

    private readonly Dictionary<string, byte[]>? _given;
    private readonly ReadOnlyMemory<byte> _json;
    private readonly Range _target;
    private readonly Range _arguments;
    private ReadOnlyMemory<byte> _messagePack;

    private Invocation(Dictionary<string, byte[]> given) => _given = given;

    private Invocation(ReadOnlySpan<byte> target, ReadOnlySpan<byte> arguments)
    {
        var start = "{\"type\":1,\"target\":"u8;
        var middle = ",\"arguments\":"u8;
        var end = "}"u8;
        var frame = new byte[start.Length + target.Length + middle.Length + arguments.Length + end.Length + 1];
        _target = start.Length..(start.Length + target.Length);
        _arguments = (_target.End.Value + middle.Length)..(_target.End.Value + middle.Length + arguments.Length);
        start.CopyTo(frame);
        target.CopyTo(frame.AsSpan(_target));
        middle.CopyTo(frame.AsSpan(_target.End.Value));
        arguments.CopyTo(frame.AsSpan(_arguments));
        end.CopyTo(frame.AsSpan(_arguments.End.Value));
        frame[^1] = Separator;
        _json = frame;
    }

    /// <summary>From <c>{"target": "…", "arguments": […]}</c>, whose names may have capitals; null when it is something else.</summary>
    public static Invocation? FromJson(ReadOnlySpan<byte> body)
    {
        try
        {
            ReadOnlySpan<byte> target = default, arguments = "[]"u8;
            var reader = new Utf8JsonReader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isTarget, isArguments) = (Is(ref reader, "target"u8), Is(ref reader, "arguments"u8));
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var type = reader.TokenType;
                reader.Skip();
                var value = body[start..(int)reader.BytesConsumed];
                if ((isTarget && (type != JsonTokenType.String || value.Length == 2))
                    || (isArguments && type is not (JsonTokenType.StartArray or JsonTokenType.Null)))
                {
                    return null;
                }

                target = isTarget ? value : target;
                arguments = isArguments && type != JsonTokenType.Null ? value : arguments;
            }

            return !reader.Read() && target.Length > 0 ? new Invocation(target, arguments) : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
            !reader.HasValueSequence && Ascii.EqualsIgnoreCase(reader.ValueSpan, name);
    }

    /// <summary>From a map of protocols; null when it is something else. Clients of a protocol that isn't there get nothing.</summary>
    public static Invocation? FromMap(ReadOnlyMemory<byte> body)
    {
        try
        {
            return MessagePackProtocol.ReadMap(body) is { } given ? new Invocation(given) : null;
        }
        catch (MessagePackSerializationException)
        {
            return null;
        }
    }

    public ReadOnlyMemory<byte> In(ClientProtocol protocol)
    {
        if (_given is not null)
        {
            return _given.GetValueOrDefault(protocol.Name);
        }

        if (protocol == ClientProtocol.Json)
        {
            return _json;
        }

        return _messagePack.IsEmpty ? _messagePack = WriteMessagePack() : _messagePack;
    }

    private ReadOnlyMemory<byte> WriteMessagePack() => MessagePackProtocol.Write(
        JsonSerializer.Deserialize<string>(_json.Span[_target])!,
        Encoding.UTF8.GetString(_json.Span[_arguments]));
}
