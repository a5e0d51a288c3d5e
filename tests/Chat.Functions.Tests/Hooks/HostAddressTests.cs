using Chat.Functions.Hooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Tests.Hooks;

/// <summary>Where the host app is called.</summary>
public class HostAddressTests
{
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("Hooks__Decisions__Url", "Hooks:Decisions:", "Hooks:Decisions:Url=http://host.example/hook", "Hooks:Decisions:Key=" + Key)]
    [InlineData("Hooks__Decisions__Key", "Hooks:Decisions:", "Hooks:Decisions:Url=https://host.example/hook")]
    [InlineData("Host__UnfurlUrl", "Host:Unfurl", "Host:UnfurlUrl=https://user:password@host.example/", "Host:UnfurlKey=" + Key)]
    [InlineData("Host__UnfurlKey", "Host:Unfurl", "Host:UnfurlUrl=https://host.example/", "Host:UnfurlKey=secret")]
    public void Should_refuse_settings_that_do_not_fit_and_name_the_one(string setting, string prefix, params string[] settings) =>
        Assert.Contains(
            setting,
            Assert.Throws<InvalidOperationException>(() => Read(prefix, settings)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Should_be_off_without_an_address_and_take_one_that_is_safe()
    {
        Assert.False(Read("Hooks:Decisions:").IsOn);
        var local = Read("Hooks:Decisions:", "Hooks:Decisions:Url=http://localhost:7000/", $"Hooks:Decisions:Key={Key}");
        Assert.Equal((true, "http://localhost:7000/", Key), (local.IsOn, local.Url, local.Key));
        var far = Read("Host:Relationship", "Host:RelationshipUrl=https://host.example/?app=chat", $"Host:RelationshipKey={Key}");
        Assert.Equal((true, "https://host.example/?app=chat"), (far.IsOn, far.Url));
    }

    private static HostAddress<HostAddressTests> Read(string prefix, params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
        using var services = new ServiceCollection().AddHostAddress<HostAddressTests>(configuration, prefix).BuildServiceProvider();
        return services.GetRequiredService<HostAddress<HostAddressTests>>();
    }
}
