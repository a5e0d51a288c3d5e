using System.Text;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Users;

/// <summary>Which tokens are accepted, under <c>Auth</c> in the settings.</summary>
internal sealed record AuthOptions
{
    /// <summary>
    /// The OpenID Connect issuer, whose discovery document gives the keys. Mandatory unless <see cref="SigningKey"/> is given.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>The <c>aud</c> that tokens must have. Mandatory.</summary>
    public string? Audience { get; init; }

    /// <summary>
    /// The claim with the user's id. Default <c>sub</c>. Changing it gives every user another id, and so none of their
    /// conversations.
    /// </summary>
    public string UserIdClaim { get; init; } = "sub";

    /// <summary>
    /// The claim with the roles that a token gives: a string or an array of strings. Default <c>roles</c>. Only the issuer may be able
    /// to set it.
    /// </summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>A symmetric key of at least 32 bytes, for development only.</summary>
    public string? SigningKey { get; init; }

    /// <summary>The <c>iss</c> of tokens signed with <see cref="SigningKey"/>.</summary>
    public string? Issuer { get; init; }

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static AuthOptions Read(IConfiguration configuration, bool isDevelopment)
    {
        var options = configuration.GetSection("Auth").Get<AuthOptions>() ?? new AuthOptions();
        return options switch
        {
            { Audience: null or "" } => throw new InvalidOperationException("Setting Auth__Audience is missing."),
            { UserIdClaim: "" } => throw new InvalidOperationException("Setting Auth__UserIdClaim is empty."),
            { RolesClaim: "" } => throw new InvalidOperationException("Setting Auth__RolesClaim is empty."),
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
