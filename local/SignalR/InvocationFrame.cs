using System.Text.Json;
using Azure.Core.Serialization;

namespace Chat.Local.SignalR;

/// <summary>A call of a client's method as it goes over the wire, made once for all who get it.</summary>
internal static class InvocationFrame
{
    /// <summary>Ends every frame of the JSON protocol.</summary>
    public const byte Separator = 0x1e;

    private static readonly Newtonsoft.Json.JsonSerializer Default = Newtonsoft.Json.JsonSerializer.Create();

    /// <param name="serializer">Writes the arguments; Newtonsoft.Json with its defaults when null, as the package does.</param>
    public static ReadOnlyMemory<byte> Write(string method, object?[] arguments, ObjectSerializer? serializer, CancellationToken cancellationToken)
    {
        var frame = new MemoryStream(256);
        frame.Write("{\"type\":1,\"target\":\""u8);
        frame.Write(JsonEncodedText.Encode(method).EncodedUtf8Bytes);
        frame.Write("\",\"arguments\":["u8);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i > 0)
            {
                frame.WriteByte((byte)',');
            }

            WriteArgument(frame, arguments[i], serializer, cancellationToken);
        }

        frame.Write("]}"u8);
        frame.WriteByte(Separator);
        return frame.GetBuffer().AsMemory(0, (int)frame.Length);
    }

    private static void WriteArgument(MemoryStream frame, object? argument, ObjectSerializer? serializer, CancellationToken cancellationToken)
    {
        if (argument is null)
        {
            frame.Write("null"u8);
        }
        else if (serializer is not null)
        {
            serializer.Serialize(frame, argument, argument.GetType(), cancellationToken);
        }
        else
        {
            using var writer = new StreamWriter(frame, leaveOpen: true);
            Default.Serialize(writer, argument);
        }
    }
}
