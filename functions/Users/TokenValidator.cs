using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Functions.Users;

/// <summary>Validates bearer tokens: issuer, audience, lifetime, signature and algorithm.</summary>
/// <remarks>
/// Keys come from the authority's discovery document. Microsoft.IdentityModel caches it and reads it again when a token names an
/// unknown key. A valid token is cached for five minutes, at most until it expires, so a revoked key is accepted for that long.
/// </remarks>
internal sealed class TokenValidator
{
    /// <summary>The role of the host app's own tokens. They are nobody's, and good for what only the host app may do.</summary>
    public const string HostRole = "chat.host";

    /// <summary>The role of tokens by which a user may create channels.</summary>
    public const string PublisherRole = "chat.publisher";

    /// <summary>The role of tokens by which a user is a moderator, too.</summary>
    public const string ModeratorRole = "chat.moderator";

    private const int MaxTokenLength = 8192;

    /// <summary>Cached tokens, of up to 2,048 characters each: 40 MB. When the cache is full, it is cleared.</summary>
    private const int MaxRemembered = 10_000;

    private const int MaxRememberedLength = 2048;

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly string _userIdClaim;
    private readonly string _rolesClaim;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, ValidatedToken> _remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ValidatedToken>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly TokenValidationParameters _parameters;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _authority;

    public TokenValidator(AuthOptions options, TimeProvider time)
    {
        _userIdClaim = options.UserIdClaim;
        _rolesClaim = options.RolesClaim;
        _time = time;
        _bySpan = _remembered.GetAlternateLookup<ReadOnlySpan<char>>();
        _parameters = new TokenValidationParameters
        {
            ValidAudience = options.Audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = Skew,
            LifetimeValidator = (notBefore, expires, _, parameters) => IsAlive(
                notBefore,
                expires,
                parameters.ClockSkew,
                time.GetUtcNow().UtcDateTime),
        };
        if (options.SigningKey is { Length: > 0 } key)
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
            _parameters.ValidIssuer = options.Issuer;
            _parameters.IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key));
        }
        else
        {
            // Asymmetric algorithms only. Otherwise a token signed by HMAC, with the public key as the secret, would be accepted.
            _parameters.ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256,
                SecurityAlgorithms.RsaSsaPssSha256,
                SecurityAlgorithms.EcdsaSha256,
            ];
            _authority = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{options.Authority!.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = options.Authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase) });
            _parameters.ConfigurationManager = _authority;
        }
    }

    /// <summary>The token's user and lifetime, or the refusal.</summary>
    public async Task<(ValidatedToken Token, Problem? Refusal)> CheckAsync(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (default, Problems.NoToken);
        }

        if (_bySpan.TryGetValue(authorization.AsSpan(Scheme.Length).Trim(), out var known)
            && _time.GetUtcNow() < known.Until
            && _time.GetUtcNow() < known.CheckAgainAt)
        {
            return (known, null);
        }

        if (!await CanAskAsync())
        {
            return (default, Problems.Unavailable);
        }

        var token = authorization[Scheme.Length..].Trim();
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
        {
            var expired = result.Exception is SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException;
            return (default, expired ? Problems.TokenExpired : Problems.TokenInvalid);
        }

        var believed = (JsonWebToken)result.SecurityToken;
        if (AsksForMore(believed))
        {
            return (default, Problems.TokenInvalid);
        }

        // Microsoft.IdentityModel would accept a number in "sub" as a string.
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(believed.EncodedPayload));
        if (!payload.RootElement.TryGetProperty(_userIdClaim, out var claim))
        {
            return (default, Problems.TokenNamesNoUser($"It has no claim \"{_userIdClaim}\"."));
        }

        if (!UserId.TryParse(claim.ValueKind == JsonValueKind.String ? claim.GetString() : null, out var user))
        {
            return (default, Problems.TokenNamesNoUser($"Its claim \"{_userIdClaim}\" is no user id, which is a string of {UserId.Rule}."));
        }

        var found = new ValidatedToken(user, Until(believed.ValidTo), _time.GetUtcNow() + Remembered)
        {
            IsHost = HasRole(payload.RootElement, HostRole),
            IsModerator = HasRole(payload.RootElement, ModeratorRole),
            IsPublisher = HasRole(payload.RootElement, PublisherRole),
        };
        Remember(token, found);
        return (found, null);
    }

    /// <summary>Whether the roles' claim is the role, or an array with it.</summary>
    private bool HasRole(JsonElement payload, string role) =>
        payload.TryGetProperty(_rolesClaim, out var claim) && (claim.ValueKind == JsonValueKind.Array
            ? claim.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(role))
            : claim.ValueKind == JsonValueKind.String && claim.ValueEquals(role));

    /// <summary>
    /// Whether the header demands an extension ("crit"). A validator that doesn't support it must refuse the token (RFC 7515,
    /// 4.1.11); Microsoft.IdentityModel ignores it. Unencoded payloads aren't allowed for JWTs (RFC 7797, 7).
    /// </summary>
    private static bool AsksForMore(JsonWebToken token) =>
        token.TryGetHeaderValue<object>("crit", out _) || (token.TryGetHeaderValue<object>("b64", out var encoded) && encoded is not true);

    private void Remember(string token, ValidatedToken found)
    {
        if (token.Length > MaxRememberedLength)
        {
            return;
        }

        if (_remembered.Count >= MaxRemembered)
        {
            // Costs each caller one more validation, and no bookkeeping of what is oldest.
            _remembered.Clear();
        }

        _remembered[token] = found;
    }

    private static DateTimeOffset Until(DateTime expires) =>
        expires < DateTime.MaxValue - Skew ? new DateTimeOffset(expires, TimeSpan.Zero) + Skew : DateTimeOffset.MaxValue;

    /// <summary>Whether the authority's keys are available. If not, the answer is 503: nothing is wrong with the token.</summary>
    private async Task<bool> CanAskAsync()
    {
        try
        {
            return _authority is null || await _authority.GetConfigurationAsync(CancellationToken.None) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsAlive(DateTime? notBefore, DateTime? expires, TimeSpan skew, DateTime now) =>
        expires is { } end && end > now - skew && !(notBefore > now + skew);
}

/// <summary>A valid token's content.</summary>
/// <param name="Until">Until when it is accepted: its expiry plus the clock skew.</param>
/// <param name="CheckAgainAt">When it leaves the cache.</param>
internal readonly record struct ValidatedToken(UserId User, DateTimeOffset Until, DateTimeOffset CheckAgainAt)
{
    /// <summary>Whether it is the host app's own, and so no user's.</summary>
    public bool IsHost { get; init; }

    /// <summary>Whether its user is a moderator.</summary>
    public bool IsModerator { get; init; }

    /// <summary>Whether its user may create channels.</summary>
    public bool IsPublisher { get; init; }
}
