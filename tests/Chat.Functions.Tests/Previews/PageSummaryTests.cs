using System.Text;
using Chat.Functions.Previews;
using Xunit;

namespace Chat.Functions.Tests.Previews;

public class PageSummaryTests
{
    [Fact]
    public void Should_read_what_a_page_says_of_itself()
    {
        var said = Read(
            "<head><title>The page</title><meta property='og:title' content=' '><meta name='description' content='Of it'></head>");

        Assert.Equal(("The page", "Of it"), (said?.Title, said?.Description));
    }

    [Fact]
    public void Should_not_read_far_for_a_head_that_ends_late()
    {
        var padding = new StringBuilder().Insert(0, "<meta name='x' content='y'>", 10_000);

        Assert.Null(Read($"<head>{padding}<title>Too late</title></head>"));
        Assert.Equal("Early", Read($"<head><title>Early</title>{padding}</head>")?.Title);
    }

    private static PageSummary? Read(string html) =>
        PageSummary.TryRead(new WebContent(new Uri("https://example.com/"), Encoding.UTF8.GetBytes(html)));
}
