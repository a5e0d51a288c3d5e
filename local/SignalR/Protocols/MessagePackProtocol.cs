using MessagePack;
using Microsoft.AspNetCore.SignalR.Protocol;
using Newtonsoft.Json.Linq;

namespace Chat.Local.SignalR.Protocols;

/// <summary>The MessagePack protocol. It is apart, so that its library is loaded with the first client that speaks it.</summary>
internal static class MessagePackProtocol
{
    private static readonly MessagePackHubProtocol Protocol = new();

    public static ClientProtocol Instance { get; } = new(
        Protocol,
        static exception =>
            exception is InvalidDataException or FormatException or MessagePackSerializationException or EndOfStreamException);

    /// <summary>A call whose arguments came as JSON.</summary>
    /// <remarks>
    /// As the emulator's source has it: objects become maps with string keys, numbers 64-bit integers or doubles, and texts that look like
    /// ISO 8601 instants timestamps.
    /// </remarks>
    public static ReadOnlyMemory<byte> Write(string target, string arguments) =>
        Protocol.GetMessageBytes(new InvocationMessage(target, (object?[])Value(JArray.Parse(arguments))!));

    /// <summary>
    /// A call in several protocols, as the package sends it when the app chose some: a map from a protocol's name to its bytes.
    /// </summary>
    public static Dictionary<string, byte[]> ReadMap(ReadOnlyMemory<byte> body) =>
        MessagePackSerializer.Deserialize<Dictionary<string, byte[]>>(
            body,
            MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData));

    private static object? Value(JToken json) => json switch
    {
        JObject properties =>
            properties.Properties().ToDictionary(property => property.Name, property => Value(property.Value), StringComparer.Ordinal),
        JArray items => items.Select(Value).ToArray(),
        _ => ((JValue)json).Value,
    };
}
