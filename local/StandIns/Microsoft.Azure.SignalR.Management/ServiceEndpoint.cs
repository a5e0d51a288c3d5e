using System.Buffers;
using System.Buffers.Text;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.SignalR.Common;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Where a connection string says that the service is, and the tokens that its key signs.</summary>
internal sealed class ServiceEndpoint
{
    private const int MaxTokenLength = 4096;
    private static readonly byte[] Header = [.. Base64Url.EncodeToUtf8("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8), (byte)'.'];
    private readonly byte[] _key;

    public ServiceEndpoint(string? connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (!parts.ContainsKey("Endpoint") || !parts.ContainsKey("AccessKey"))
        {
            throw new InvalidOperationException(
                "The stand-in for Microsoft.Azure.SignalR.Management needs a connection string with Endpoint and AccessKey.");
        }

        var endpoint = new UriBuilder((string)parts["Endpoint"]);
        endpoint.Port = parts.TryGetValue("Port", out var port) ? int.Parse((string)port, CultureInfo.InvariantCulture) : endpoint.Port;
        Audience = $"{endpoint.Scheme}://{endpoint.Host}/";
        Server = Address("ServerEndpoint");
        Client = Address("ClientEndpoint");
        _key = Encoding.UTF8.GetBytes((string)parts["AccessKey"]);

        string Address(string name) => (parts.TryGetValue(name, out var own) ? new Uri((string)own) : endpoint.Uri).AbsoluteUri;
    }

    /// <summary>What tokens are for, without a port.</summary>
    public string Audience { get; }

    public string Server { get; }

    public string Client { get; }

    /// <exception cref="AzureSignalRAccessTokenTooLongException">The claims don't fit.</exception>
    public string Sign(string audience, ILookup<string, string> claims, DateTimeOffset expires)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            foreach (var claim in claims)
            {
                json.WritePropertyName(claim.Key);
                JsonSerializer.Serialize<object>(json, claim.Count() == 1 ? claim.First() : claim.ToArray());
            }

            json.WriteNumber("exp"u8, expires.ToUnixTimeSeconds());
            json.WriteString("aud"u8, audience);
            json.WriteEndObject();
        }

        var signed = Header.Length + Base64Url.GetEncodedLength(payload.WrittenCount);
        var length = signed + 1 + Base64Url.GetEncodedLength(HMACSHA256.HashSizeInBytes);
        if (length > MaxTokenLength)
        {
            throw new AzureSignalRAccessTokenTooLongException();
        }

        Span<byte> token = stackalloc byte[MaxTokenLength];
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Header.CopyTo(token);
        Base64Url.EncodeToUtf8(payload.WrittenSpan, token[Header.Length..]);
        HMACSHA256.HashData(_key, token[..signed], signature);
        token[signed] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, token[(signed + 1)..]);
        return Encoding.ASCII.GetString(token[..length]);
    }
}
