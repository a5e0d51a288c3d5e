using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chat.Local.ServiceBus;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>Shared access signatures for a whole namespace of this machine, made with its key.</summary>
internal static class SasTokens
{
    public static string Make(DateTimeOffset end)
    {
        var audience = Uri.EscapeDataString("sb://127.0.0.1/");
        var expires = end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(ServiceBusNamespace.Key),
            Encoding.UTF8.GetBytes($"{audience}\n{expires}"));
        return $"SharedAccessSignature sr={audience}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={expires}"
            + $"&skn={ServiceBusNamespace.KeyName}";
    }
}
