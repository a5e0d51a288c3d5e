using Chat.Functions.Acceptance.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The inspector, in a real browser, with the app's own functions.</summary>
public class When_a_developer_looks_inside
{
    [Theory]
    [InlineData(1200, "Last failure")]
    [InlineData(400, "p99 ms")]
    public async Task Should_see_how_the_functions_do_without_moving_the_table(int width, string column)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 } });
        page.SetDefaultTimeout(300_000);
        await page.GotoAsync(app.Http.BaseAddress + "local");

        await page.Locator("tr:has(th:text-is('SendMessage'))").GetByRole(AriaRole.Cell, new() { Name = "1", Exact = true }).WaitForAsync();
        var edge = (await page.GetByRole(AriaRole.Columnheader, new() { Name = column }).BoundingBoxAsync())!;

        Assert.True(edge.X + edge.Width <= width, $"{column} ends at {edge.X + edge.Width}.");
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"));
    }
}
