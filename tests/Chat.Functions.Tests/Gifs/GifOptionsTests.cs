using Chat.Functions.Gifs;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Functions.Tests.Gifs;

public class GifOptionsTests
{
    private const string Url = "Host:GifsUrl=https://host.example/gifs";
    private const string Key = "Host:GifsKey=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Hosts = "Cards:ThumbnailHosts=gifs.example";

    [Theory]
    [InlineData("Host__GifsUrl", "Host:GifsUrl=http://host.example/gifs", Key, Hosts)]
    [InlineData("Host__GifsUrl", "Host:GifsUrl=https://user:password@host.example/gifs", Key, Hosts)]
    [InlineData("Host__GifsKey", Url, Hosts)]
    [InlineData("Cards__ThumbnailHosts", Url, Key)]
    [InlineData("Cards__Types", Url, Key, Hosts, "Cards:Types=video,gifs")]
    public void Should_refuse_settings_that_do_not_fit_and_name_the_one(string setting, params string[] settings) =>
        Assert.Contains(setting, Assert.Throws<InvalidOperationException>(() => Read(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_be_off_without_an_address_and_on_with_all_that_it_needs()
    {
        Assert.False(Read().IsOn);
        Assert.False(Read("Cards:Types=video").IsOn);
        Assert.True(Read(Url, Key, Hosts).IsOn);
    }

    private static GifOptions Read(params string[] settings) => GifOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build());
}
