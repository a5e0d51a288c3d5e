using System.Security.Cryptography;
using System.Text;
using Chat.Local.Blobs;

namespace Chat.Local.Tests.Blobs;

/// <summary>Signs fields that the client wouldn't, with the account key, as the documentation says.</summary>
internal static class Signer
{
    /// <summary>The query of a signature for reading a blob, with one field in place of its usual value.</summary>
    public static string Query(Uri blob, string field)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["sp"] = "r",
            ["se"] = "2099-01-01T00:00:00Z",
            ["sv"] = "2026-06-06",
            ["sr"] = "b",
        };
        var (name, value) = (field.Split('=')[0], field.Split('=')[1]);
        fields[name] = value;
        string[] signed = string.CompareOrdinal(fields["sv"], "2020-12-06") >= 0
            ? ["si", "sip", "spr", "sv", "sr", "snapshot", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"]
            : ["si", "sip", "spr", "sv", "sr", "snapshot", "rscc", "rscd", "rsce", "rscl", "rsct"];
        string[] lines =
        [
            fields["sp"],
            "",
            fields["se"],
            $"/blob{Uri.UnescapeDataString(blob.AbsolutePath)}",
            .. signed.Select(one => fields.GetValueOrDefault(one, "")),
        ];
        var signature = HMACSHA256.HashData(BlobService.Key, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        fields["sig"] = Convert.ToBase64String(signature);
        return string.Join('&', fields.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
    }
}
