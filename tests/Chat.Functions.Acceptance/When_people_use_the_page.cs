using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The page as a messenger, in real browsers.</summary>
public class When_people_use_the_page
{
    [Theory]
    [InlineData("messenger")]
    [InlineData("quiet")]
    public Task Should_do_what_people_expect_of_a_messenger(string stories) => Page.RunAsync(stories);

    [Fact]
    public Task Should_have_strangers_ask_first_and_let_them_be_blocked_and_reported() => Page.RunAsync("strangers", ChatApp.Strict);
}
