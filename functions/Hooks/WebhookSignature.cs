using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Functions.Hooks;

/// <summary>Signs calls to the host app as Standard Webhooks has it: HMAC-SHA256 over id, time and body.</summary>
/// <remarks>https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</remarks>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";

    public static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[64];
        return key.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(key[Prefix.Length..], bytes, out var length)
            && length >= 24;
    }

    /// <summary>Adds the three headers that the receiver checks.</summary>
    public static void Sign(HttpRequestMessage request, string key, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(key[Prefix.Length..]));
        mac.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(mac.GetHashAndReset())}");
    }
}
