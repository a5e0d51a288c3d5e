using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Functions.Tests.Trust;

public class TrustOptionsTests
{
    [Theory]
    [InlineData("strict", false)]
    [InlineData("open", true)]
    public void Takes_a_mode(string mode, bool isOpen) => Assert.Equal(isOpen, Read(("Mode", mode)).IsOpen);

    [Theory]
    [InlineData("Trust__Mode")]
    [InlineData("Trust__Mode", "Mode=Open")]
    [InlineData("Trust__Mode", "Mode=")]
    [InlineData("Trust__UnknownAge", "Mode=strict", "UnknownAge=18+")]
    public void Refuses_what_is_no_choice_and_names_the_setting(string setting, params string[] settings)
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => Read([.. settings.Select(one => (one.Split('=')[0], one.Split('=')[1]))]));
        Assert.Contains(setting, exception.Message, StringComparison.Ordinal);
    }

    private static TrustOptions Read(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("Trust:" + one.Key, (string?)one.Value)))
            .Build()
            .GetValidated<TrustOptions>("Trust");
}
