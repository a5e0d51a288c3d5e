using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Load.Servers;

/// <summary>The bearer tokens that the backend under test believes.</summary>
internal static class AccessToken
{
    public const string SigningKey = "a signing key for benchmarks, longer than 32 bytes";

    /// <param name="user">Whose.</param>
    /// <param name="role">The one role that it gives; none when null.</param>
    public static string For(string user, string? role = null)
    {
        var expires = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
        var roles = role is null ? "" : $",\"roles\":[\"{role}\"]";
        var content = Encode("""{"alg":"HS256","typ":"JWT"}""")
            + "." + Encode($$"""{"iss":"chat-local","aud":"chat","sub":"{{user}}","exp":{{expires}}{{roles}}}""");
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(SigningKey), Encoding.UTF8.GetBytes(content));
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
