using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The page in real browsers whose network, storage or service fails.</summary>
public class When_the_page_meets_trouble
{
    [Theory]
    [InlineData("trouble")]
    [InlineData("chaos")]
    public Task Should_show_what_the_service_has_and_lose_nothing(string stories) => Page.RunAsync(stories);
}
