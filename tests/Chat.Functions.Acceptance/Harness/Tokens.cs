using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Makes the tokens that the app believes, and some that it doesn't.</summary>
internal static class Tokens
{
    public const string SigningKey = "a signing key for tests, of more than 32 bytes";

    public static string For(
        string user,
        string audience = "chat",
        string issuer = "chat-local",
        string key = SigningKey,
        TimeSpan? lifetime = null,
        object? roles = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var expires = now + (lifetime ?? TimeSpan.FromDays(2));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = roles is null
                ? new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = user }
                : new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = user, ["roles"] = roles },
            NotBefore = (expires < now ? expires : now) - TimeSpan.FromMinutes(1),
            Expires = expires,
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256),
        });
    }
}
