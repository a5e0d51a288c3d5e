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
    private static readonly string Header = Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8);
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
        var all = claims.Select(claim => KeyValuePair.Create(claim.Key, claim.Count() == 1 ? (object)claim.First() : claim.ToArray()));
        var payload = new Dictionary<string, object>(all, StringComparer.Ordinal);
        payload["exp"] = expires.ToUnixTimeSeconds();
        payload["aud"] = audience;
        var signed = $"{Header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(payload))}";
        var signature = Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(signed)));
        var token = $"{signed}.{signature}";
        return token.Length <= MaxTokenLength ? token : throw new AzureSignalRAccessTokenTooLongException();
    }
}
