using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.SignalR;

/// <summary>Signs and checks the tokens with which clients connect: for one hub's address, one user and a time.</summary>
internal sealed class AccessTokens(TimeProvider time)
{
    private const string UserClaim = "asrs.s.uid";
    private const string CloseClaim = "asrs.s.coae";
    private const string EndClaim = "asrs.s.aeo";

    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Sign(string audience, string? userId, IEnumerable<Claim> claims, TimeSpan lifetime)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + lifetime,
            Subject = new ClaimsIdentity(userId is null ? claims : claims.Append(new Claim(UserClaim, userId))),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Whom the token admits to a hub's address; null when it isn't ours, or not for there and now.</summary>
    public async Task<Admission?> CheckAsync(string token, string hub, string audience)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = _key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidAudience = audience,
            ValidateIssuer = false,
            LifetimeValidator = (_, expires, _, _) => time.GetUtcNow().UtcDateTime < expires,
        });
        return result.IsValid ? new Admission(hub, Claim(UserClaim)) { Until = EndOf(Claim(CloseClaim), Claim(EndClaim)) } : null;

        string? Claim(string type) => result.ClaimsIdentity.FindFirst(type)?.Value;
    }

    private static DateTimeOffset? EndOf(string? closes, string? end) =>
        closes == "true" && long.TryParse(end, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
