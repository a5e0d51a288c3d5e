using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Functions.Users;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Chat.Functions.Tests.Users;

public sealed class TokenValidatorTests : IAsyncLifetime
{
    private readonly RSA _key = RSA.Create(2048);
    private Authority _authority = null!;
    private TokenValidator _check = null!;

    public async Task InitializeAsync()
    {
        _authority = await Authority.StartAsync();
        _authority.Publish("key-1", _key);
        _check = new TokenValidator(new AuthOptions { Authority = _authority.Url, Audience = "chat" }, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _key.Dispose();
        await _authority.DisposeAsync();
    }

    [Fact]
    public async Task Believes_what_the_authority_signed()
    {
        var (token, refusal) = await _check.CheckAsync("Bearer " + Token());
        Assert.Null(refusal);
        Assert.Equal("alice", token.User.Value);
    }

    [Fact]
    public async Task Asks_the_authority_again_for_a_key_it_does_not_know()
    {
        Assert.Null((await _check.CheckAsync("Bearer " + Token())).Refusal);
        using var next = RSA.Create(2048);
        _authority.Publish("key-2", next);

        var token = Token(key: new RsaSecurityKey(next) { KeyId = "key-2" });

        // The first unknown key asks for a refresh, which runs beside the call.
        var start = TimeProvider.System.GetTimestamp();
        while ((await _check.CheckAsync("Bearer " + token)).Refusal is { } refusal)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < Eventually.Timeout,
                $"The new key was not believed within {Eventually.Timeout.TotalSeconds} s: {refusal.Code}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    [Fact]
    public async Task Refuses_an_HMAC_made_with_the_public_key()
    {
        var secret = Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem());
        var token = Token(key: new SymmetricSecurityKey(secret) { KeyId = "key-1" }, algorithm: SecurityAlgorithms.HmacSha256);
        Assert.Equal("token_invalid", (await _check.CheckAsync("Bearer " + token)).Refusal?.Code);
    }

    [Fact]
    public async Task Refuses_an_unsigned_token()
    {
        var body = Base64UrlEncoder.Encode(
            $$"""{"iss":"{{_authority.Url}}","aud":"chat","sub":"alice","exp":{{DateTimeOffset.MaxValue.ToUnixTimeSeconds()}}}""");
        var token = $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{body}.";
        Assert.Equal("token_invalid", (await _check.CheckAsync("Bearer " + token)).Refusal?.Code);
    }

    [Fact]
    public async Task Refuses_another_audience_issuer_key_or_subject()
    {
        using var stranger = RSA.Create(2048);
        string[] tokens =
        [
            Token(audience: "another"),
            Token(issuer: "https://another.example"),
            Token(key: new RsaSecurityKey(stranger) { KeyId = "key-1" }),
            Token(audience: "chat/"),
            Token(audience: "Chat"),
            "nonsense",
            new string('a', 10_000),
        ];
        foreach (var token in tokens)
        {
            Assert.Equal("token_invalid", (await _check.CheckAsync("Bearer " + token)).Refusal?.Code);
        }
    }

    [Theory]
    [InlineData("sub", """{"sub":"auth0|507f1f77bcf86cd799439011"}""", "auth0|507f1f77bcf86cd799439011")]
    [InlineData("sub", """{"sub":"me@example.com","oid":"another"}""", "me@example.com")]
    [InlineData("oid", """{"sub":"pairwise","oid":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "3f2504e0-4f89-11d3-9a0c-0305e82c3301")]
    [InlineData(
        "https://example.com/claims/user",
        """{"sub":"not a user id","https://example.com/claims/user":"urn:example:42"}""",
        "urn:example:42")]
    [InlineData("email", """{"sub":"alice","email":"alice@example.com"}""", "alice@example.com")]
    public async Task Finds_the_user_in_the_claim_that_the_settings_name(string claim, string payload, string user)
    {
        var check = new TokenValidator(
            new AuthOptions { Authority = _authority.Url, Audience = "chat", UserIdClaim = claim },
            TimeProvider.System);
        var (found, refusal) = await check.CheckAsync("Bearer " + Signed("{}", payload));
        Assert.Equal((null, user), (refusal?.Detail, found.User.Value));
    }

    [Theory]
    [InlineData("oid", """{"sub":"alice"}""", "no claim \"oid\"")]
    [InlineData("sub", """{}""", "no claim \"sub\"")]
    [InlineData("sub", """{"sub":"not a user id"}""", "claim \"sub\" is no user id")]
    [InlineData("sub", """{"sub":""}""", "claim \"sub\" is no user id")]
    [InlineData("sub", """{"sub":".."}""", "neither '.' nor '..'")]
    [InlineData("sub", """{"sub":5}""", "claim \"sub\" is no user id")]
    [InlineData("oid", """{"sub":"alice","oid":5}""", "claim \"oid\" is no user id")]
    [InlineData("sub", """{"sub":null}""", "claim \"sub\" is no user id")]
    [InlineData("emails", """{"emails":["a@example.com"]}""", "claim \"emails\" is no user id")]
    public async Task Says_what_is_wrong_with_the_claim(string claim, string payload, string why)
    {
        var check = new TokenValidator(
            new AuthOptions { Authority = _authority.Url, Audience = "chat", UserIdClaim = claim },
            TimeProvider.System);
        var (_, refusal) = await check.CheckAsync("Bearer " + Signed("{}", payload));
        Assert.Equal((401, "token_invalid"), (refusal?.Status, refusal?.Code));
        Assert.Contains(why, refusal!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"crit":["exp"],"exp":1}""")]
    [InlineData("""{"crit":["https://example.com/unknown"],"https://example.com/unknown":true}""")]
    [InlineData("""{"crit":[]}""")]
    [InlineData("""{"crit":null}""")]
    [InlineData("""{"b64":false,"crit":["b64"]}""")]
    [InlineData("""{"b64":false}""")]
    [InlineData("""{"b64":"false"}""")]
    public async Task Refuses_a_token_that_asks_for_an_extension(string header)
    {
        Assert.Null((await _check.CheckAsync("Bearer " + Signed("{}", """{"sub":"alice"}"""))).Refusal);
        Assert.Equal("token_invalid", (await _check.CheckAsync("Bearer " + Signed(header, """{"sub":"alice"}"""))).Refusal?.Code);
    }

    [Fact]
    public async Task Refuses_an_expired_token_and_none_at_all()
    {
        Assert.Equal("token_expired", (await _check.CheckAsync("Bearer " + Token(lifetime: TimeSpan.FromMinutes(-5)))).Refusal?.Code);
        Assert.Equal("token_missing", (await _check.CheckAsync(null)).Refusal?.Code);
        Assert.Equal("token_missing", (await _check.CheckAsync("Basic YWxpY2U6")).Refusal?.Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    public async Task Believes_a_token_as_long_as_it_lasts_however_often_it_comes(int minutes)
    {
        var start = TimeProvider.System.GetUtcNow();
        var clock = new SetClock { Now = start };
        var check = new TokenValidator(new AuthOptions { Authority = _authority.Url, Audience = "chat" }, clock);
        var token = Token(lifetime: TimeSpan.FromMinutes(minutes));
        for (var second = 0; second <= (minutes + 2) * 60; second += 7)
        {
            clock.Now = start.AddSeconds(second);
            var (found, refusal) = await check.CheckAsync("Bearer " + token);

            // Clocks may differ by half a minute; the token's end is in whole seconds.
            var left = (minutes * 60) + 30 - second;
            Assert.True(
                left is >= 0 and < 2 || refusal?.Code == (left > 0 ? null : "token_expired"),
                $"After {second} s: {refusal?.Code ?? found.User.Value}");
        }
    }

    [Fact]
    public async Task Calls_itself_unavailable_while_the_authority_is_down()
    {
        var down = new TokenValidator(new AuthOptions { Authority = "http://127.0.0.1:1", Audience = "chat" }, TimeProvider.System);
        Assert.Equal("unavailable", (await down.CheckAsync("Bearer " + Token())).Refusal?.Code);
    }

    /// <summary>A token with just these header and payload members beside those that make it good.</summary>
    private string Signed(string header, string payload)
    {
        var (head, body) = (JsonNode.Parse(header)!, JsonNode.Parse(payload)!);
        (head["alg"], head["kid"]) = ("RS256", "key-1");
        (body["iss"], body["aud"], body["exp"]) = (_authority.Url, "chat", TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds());
        var signed = $"{Base64UrlEncoder.Encode(head.ToJsonString())}.{Base64UrlEncoder.Encode(body.ToJsonString())}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }

    private string Token(
        string audience = "chat",
        string? issuer = null,
        SecurityKey? key = null,
        string algorithm = SecurityAlgorithms.RsaSha256,
        TimeSpan? lifetime = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var expires = now + (lifetime ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? _authority.Url,
            Audience = audience,
            Claims = new Dictionary<string, object> { ["sub"] = "alice" },
            NotBefore = expires - TimeSpan.FromHours(2),
            Expires = expires,
            SigningCredentials = new SigningCredentials(key ?? new RsaSecurityKey(_key) { KeyId = "key-1" }, algorithm),
        });
    }
}
