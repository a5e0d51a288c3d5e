using Chat.Local.Tests.Functions;
using Chat.Local.Tests.SignalR;
using Microsoft.Playwright;
using Xunit;

namespace Chat.Local.Tests.Inspector;

/// <summary>The page in a real browser, by keyboard.</summary>
public sealed class When_dead_letters_are_sorted_out_in_a_browser
{
    [Fact]
    public async Task Should_show_them_as_they_come_and_let_them_be_read_resubmitted_and_discarded()
    {
        await using var host = await InspectedHost.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium(),
            Args =
            [
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        });
        var page = await OpenAsync(browser, host);
        await page.GetByRole(AriaRole.Cell, new() { Name = "GET /api/answer/{status:int}" }).WaitForAsync();

        // They appear without a reload, and a digit leads to them.
        await host.AddDeadLettersAsync("""{"poison":"<b>"}""", "two", "three");
        await page.Locator("#letters").GetByText("3").WaitForAsync();
        await page.Keyboard.PressAsync("2");
        await page.Locator("nav a[aria-current]").GetByText("Queues").WaitForAsync();
        await FocusAsync(page.Locator("tr:has-text('fanout')").GetByRole(AriaRole.Link, new() { Name = "3" }));
        await page.Keyboard.PressAsync("Enter");
        var rows = page.Locator("tbody tr:has-text('letter ')");
        await Assertions.Expect(rows).ToHaveCountAsync(3);

        // The body comes when asked for, as text.
        await FocusAsync(rows.First.GetByRole(AriaRole.Link));
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("dd").GetByText("Poison", new() { Exact = true }).WaitForAsync();
        Assert.Equal(0, await page.GetByText("<b>").CountAsync());
        await FocusAsync(page.GetByRole(AriaRole.Button, new() { Name = "Show body" }));
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("pre").GetByText("\"poison\": \"<b>\"").WaitForAsync();

        await FocusAsync(rows.First.GetByRole(AriaRole.Button, new() { Name = "Resubmit" }));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        Assert.Equal("""{"poison":"<b>"}""", (await host.Receiver.ReceiveMessageAsync()).Body.ToString());

        // What deletes asks first, and Escape means no.
        await FocusAsync(rows.First.GetByRole(AriaRole.Button, new() { Name = "Discard" }));
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("dialog[open]").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("dialog:not([open])").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(rows.First.GetByRole(AriaRole.Button, new() { Name = "Discard" })).ToBeFocusedAsync();
        Assert.Equal(2, host.Azure.ServiceBus.Find(InspectedHost.Queue)!.Count().DeadLettered);
        await page.Keyboard.PressAsync("Enter");
        await ConfirmAsync(page);
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await FocusAsync(page.GetByRole(AriaRole.Button, new() { Name = "Discard all" }));
        await page.Keyboard.PressAsync("Enter");
        await ConfirmAsync(page);
        await Assertions.Expect(page.Locator("#letters")).ToBeHiddenAsync();
        Assert.Equal(0, host.Azure.ServiceBus.Find(InspectedHost.Queue)!.Count().DeadLettered);

        foreach (var (digit, section) in new[] { ("3", "Containers"), ("4", "Connections"), ("5", "Meter"), ("1", "Functions") })
        {
            await page.Keyboard.PressAsync(digit);
            await page.Locator("nav a[aria-current]").GetByText(section).WaitForAsync();
        }

        await FocusAsync(page.GetByRole(AriaRole.Button, new() { Name = "Run now" }));
        await page.Keyboard.PressAsync("Enter");
        await host.Work.WhenBegunAsync("timer");
    }

    [Fact]
    public async Task Should_ask_nothing_while_nobody_looks()
    {
        await using var host = await InspectedHost.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-gpu"] });
        var page = await OpenAsync(browser, host);
        await page.Locator("#status").GetByText("live").WaitForAsync();
        await HideAsync(page, true);
        await page.Locator("#status").GetByText("paused").WaitForAsync();
        await host.AddDeadLettersAsync("a");
        await HideAsync(page, false);
        await page.Locator("#letters").GetByText("1").WaitForAsync();
    }

    private static async Task<IPage> OpenAsync(IBrowser browser, InspectedHost host)
    {
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.Timeout.TotalMilliseconds);
        await page.GotoAsync(host.Http.BaseAddress + "local");
        return page;
    }

    private static async Task FocusAsync(ILocator control)
    {
        await control.FocusAsync();
        await Assertions.Expect(control).ToBeFocusedAsync();
    }

    private static async Task ConfirmAsync(IPage page)
    {
        await page.Locator("dialog[open]").WaitForAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#yes")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task HideAsync(IPage page, bool hidden) => await page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); "
            + "document.dispatchEvent(new Event('visibilitychange')); }",
        hidden);

    private static string Chromium()
    {
        string[] names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
        var path = names.Select(name => $"/usr/bin/{name}").FirstOrDefault(File.Exists);
        Assert.True(path is not null, "This test drives the page in Chromium: install the package 'chromium-headless-shell'.");
        return path;
    }
}
