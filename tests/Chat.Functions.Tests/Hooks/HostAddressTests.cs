using Chat.Functions.Hooks;
using Chat.Functions.People;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Functions.Tests.Hooks;

/// <summary>Where else the host app is called.</summary>
public class HostAddressTests
{
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("Hooks__Decisions__Url", "Hooks:Decisions:Url=http://host.example/hook", "Hooks:Decisions:Key=" + Key)]
    [InlineData("Hooks__Decisions__Key", "Hooks:Decisions:Url=https://host.example/hook")]
    [InlineData("Host__RelationshipUrl", "Host:RelationshipUrl=https://user:password@host.example/", "Host:RelationshipKey=" + Key)]
    [InlineData("Host__RelationshipKey", "Host:RelationshipUrl=https://host.example/", "Host:RelationshipKey=secret")]
    public void Should_refuse_settings_that_do_not_fit_and_name_the_one(string setting, params string[] settings) =>
        Assert.Contains(setting, Assert.Throws<InvalidOperationException>(() => Read(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_be_off_without_an_address_and_take_one_that_is_safe()
    {
        Assert.Equal((false, ""), Read());
        Assert.Equal(
            (true, "https://host.example/follows?app=chat"),
            Read(
                "Hooks:Decisions:Url=http://localhost:7000/", $"Hooks:Decisions:Key={Key}",
                "Host:RelationshipUrl=https://host.example/follows?app=chat", $"Host:RelationshipKey={Key}"));
    }

    private static (bool TellsDecisions, string RelationshipUrl) Read(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
        return (DecisionHookOptions.Read(configuration).IsOn, RelationshipPullOptions.Read(configuration).RelationshipUrl);
    }
}
