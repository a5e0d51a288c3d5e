using Chat.Functions.Acceptance.Api;
using Chat.Functions.Acceptance.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The API's documents as the local host serves them, and the page that shows them, in a real browser.</summary>
public class When_a_developer_reads_the_reference
{
    [Theory]
    [InlineData("reference", "/conversations/{conversationId}/events")]
    [InlineData("reference/events", "conversation.created")]
    public async Task Should_show_every_operation_and_event_and_load_nothing_from_elsewhere(string address, string shown)
    {
        await using var app = await ChatApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        page.SetDefaultTimeout(300_000);
        var elsewhere = new List<string>();
        page.Response += (_, answer) =>
        {
            if (!answer.Url.StartsWith(app.Http.BaseAddress!.ToString(), StringComparison.Ordinal)
                && !answer.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                elsewhere.Add(answer.Url);
            }
        };
        var faults = new List<string>();
        page.PageError += (_, error) => faults.Add(error);
        await page.GotoAsync($"{app.Http.BaseAddress}local/{address}");

        await page.GetByText(shown, new() { Exact = true }).First.WaitForAsync();

        Assert.Empty(elsewhere);
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("openapi.yaml", "application/yaml")]
    [InlineData("asyncapi.yaml", "application/yaml")]
    [InlineData("protocol.md", "text/plain")]
    public async Task Should_get_the_documents_of_this_version(string name, string type)
    {
        await using var app = await ChatApp.StartAsync();
        using var answer = await app.Http.GetAsync($"local/reference/{name}");

        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(await File.ReadAllTextAsync(Repository.Path($"docs/{name}")), await answer.Content.ReadAsStringAsync());
    }
}
