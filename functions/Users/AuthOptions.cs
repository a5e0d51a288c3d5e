using System.Text;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Users;

/// <summary>Whose tokens are believed, under <c>Auth</c> in the settings.</summary>
public sealed record AuthOptions
{
    /// <summary>The OpenID Connect issuer whose discovery document names the keys; needed unless <see cref="SigningKey"/> is given.</summary>
    public string? Authority { get; init; }

    /// <summary>The <c>aud</c> that tokens must carry. Needed.</summary>
    public string? Audience { get; init; }

    /// <summary>The claim that names the user. Default <c>sub</c>. Another one makes everybody somebody else: conversations belong to ids.</summary>
    public string UserIdClaim { get; init; } = "sub";

    /// <summary>A symmetric key of 32 bytes at least, for development only.</summary>
    public string? SigningKey { get; init; }

    /// <summary>The <c>iss</c> of tokens signed with <see cref="SigningKey"/>.</summary>
    public string? Issuer { get; init; }

    /// <exception cref="InvalidOperationException">The settings don't fit together; the message names the setting.</exception>
    public static AuthOptions Read(IConfiguration configuration, bool isDevelopment)
    {
        var options = configuration.GetSection("Auth").Get<AuthOptions>() ?? new AuthOptions();
        return options switch
        {
            { Audience: null or "" } => throw new InvalidOperationException("Setting Auth__Audience is missing."),
            { UserIdClaim: "" } => throw new InvalidOperationException("Setting Auth__UserIdClaim is empty."),
            { SigningKey: { Length: > 0 } } when !isDevelopment =>
                throw new InvalidOperationException("Setting Auth__SigningKey is for development; use Auth__Authority."),
            { SigningKey: { Length: > 0 } key } when Encoding.UTF8.GetByteCount(key) < 32 =>
                throw new InvalidOperationException("Setting Auth__SigningKey must have 32 bytes at least."),
            { SigningKey: { Length: > 0 }, Issuer: null or "" } => throw new InvalidOperationException("Setting Auth__Issuer is missing."),
            { SigningKey: null or "", Authority: null or "" } => throw new InvalidOperationException("Setting Auth__Authority is missing."),
            { SigningKey: null or "", Authority: { } authority } when !isDevelopment
                && !authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase) =>
                throw new InvalidOperationException("Setting Auth__Authority must begin with https://."),
            _ => options,
        };
    }
}
