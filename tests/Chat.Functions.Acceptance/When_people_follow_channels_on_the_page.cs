using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Channels, comments and collections in real browsers, and how every view looks.</summary>
public class When_people_follow_channels_on_the_page
{
    [Theory]
    [InlineData("channels")]
    [InlineData("looks")]
    public Task Should_show_what_people_expect(string stories) => Page.RunAsync(stories);
}
