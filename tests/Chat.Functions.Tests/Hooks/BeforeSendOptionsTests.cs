using Chat.Functions.Hooks;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Functions.Tests.Hooks;

public class BeforeSendOptionsTests
{
    private const string Key = "Key=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("Hooks__BeforeSend__Url", "Url=http://host.example/hook", Key)]
    [InlineData("Hooks__BeforeSend__Url", "Url=https://user:password@host.example/hook", Key)]
    [InlineData("Hooks__BeforeSend__Url", "Url=/hook", Key)]
    [InlineData("Hooks__BeforeSend__Url", "Url=file:///etc/passwd", Key)]
    [InlineData("Hooks__BeforeSend__Key", "Url=https://host.example/hook")]
    [InlineData("Hooks__BeforeSend__Key", "Url=https://host.example/hook", "Key=secret")]
    [InlineData("Hooks__BeforeSend__Kinds", "Url=https://host.example/hook", Key, "Kinds=text,image")]
    [InlineData("Hooks__BeforeSend__When", "When=sometimes")]
    [InlineData("Hooks__BeforeSend__OnFailure", "OnFailure=ignore")]
    [InlineData("Hooks__BeforeSend__SamplePercent", "SamplePercent=0")]
    [InlineData("Hooks__BeforeSend__TimeoutMilliseconds", "TimeoutMilliseconds=60000")]
    public void Should_refuse_settings_that_do_not_fit_and_name_the_one(string setting, params string[] settings) =>
        Assert.Contains(setting, Assert.Throws<InvalidOperationException>(() => Read(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_be_off_without_an_address_and_take_one_that_is_safe()
    {
        Assert.False(Read().IsOn);
        Assert.True(Read("Url=https://host.example/hook", Key).IsOn);
        Assert.True(Read("Url=http://localhost:7000/hook", Key, "Kinds=poll", "When=sample", "OnFailure=hold").IsOn);
    }

    private static BeforeSendOptions Read(params string[] settings) => BeforeSendOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create($"Hooks:BeforeSend:{pair[0]}", (string?)pair[1])))
        .Build());
}
