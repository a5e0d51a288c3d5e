using Chat.Functions.Users;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Functions.Tests.Users;

public class AuthOptionsTests
{
    private const string Key = "a signing key of more than 32 bytes";

    [Fact]
    public void Takes_a_symmetric_key_in_development()
    {
        var options = Read(isDevelopment: true, ("SigningKey", Key), ("Issuer", "local"), ("Audience", "chat"));
        Assert.Equal(Key, options.SigningKey);
    }

    [Theory]
    [InlineData(false, "SigningKey", "Auth__SigningKey", "SigningKey=a signing key of more than 32 bytes", "Issuer=local", "Audience=chat")]
    [InlineData(true, "short", "Auth__SigningKey", "SigningKey=too short", "Issuer=local", "Audience=chat")]
    [InlineData(true, "no issuer", "Auth__Issuer", "SigningKey=a signing key of more than 32 bytes", "Audience=chat")]
    [InlineData(false, "no authority", "Auth__Authority", "Audience=chat")]
    [InlineData(false, "not https", "Auth__Authority", "Authority=http://issuer.example", "Audience=chat")]
    [InlineData(false, "no claim", "Auth__UserIdClaim", "UserIdClaim=", "Authority=https://issuer.example", "Audience=chat")]
    [InlineData(false, "no roles' claim", "Auth__RolesClaim", "RolesClaim=", "Authority=https://issuer.example", "Audience=chat")]
    [InlineData(false, "no audience", "Auth__Audience", "Authority=https://issuer.example")]
    public void Refuses_settings_that_do_not_fit_and_names_the_one(bool isDevelopment, string why, string setting, params string[] settings)
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => Read(isDevelopment, [.. settings.Select(one => (one.Split('=')[0], one.Split('=')[1]))]));
        Assert.True(exception.Message.Contains(setting, StringComparison.Ordinal), $"{why}: {exception.Message}");
    }

    private static AuthOptions Read(bool isDevelopment, params (string Key, string Value)[] settings) =>
        AuthOptions.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("Auth:" + one.Key, (string?)one.Value)))
                .Build(),
            isDevelopment);
}
