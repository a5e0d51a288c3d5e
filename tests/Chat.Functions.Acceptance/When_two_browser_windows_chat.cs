using Chat.Functions.Acceptance.Harness;
using Microsoft.Playwright;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The page, in a real browser: two windows, two people.</summary>
public class When_two_browser_windows_chat
{
    [Fact]
    public async Task Should_show_each_what_the_other_writes_and_count_what_is_unread()
    {
        await using var app = await ChatApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var alice = await SignInAsync(browser, app, "alice");
        var bob = await SignInAsync(browser, app, "bob");

        await alice.Locator("#new summary").ClickAsync();
        await alice.Locator("#members").FillAsync("bob");
        await alice.Keyboard.PressAsync("Enter");
        await alice.Locator("#text").FillAsync("Hello Bob 👋");
        await alice.Keyboard.PressAsync("Enter");

        // Bob's list shows it before he opens it, and the count goes when he does.
        var entry = bob.Locator("#conversations").GetByText("alice").First;
        await bob.Locator("#conversations").GetByText("Hello Bob 👋").First.WaitForAsync();
        await Eventually.SeesAsync(() => app.As("bob").ConversationsAsync(), page => page.Conversations is [{ UnreadCount: 1 }]);
        await entry.ClickAsync();
        await bob.Locator("#messages").GetByText("Hello Bob 👋").WaitForAsync();
        await Eventually.SeesAsync(() => app.As("bob").ConversationsAsync(), page => page.Conversations is [{ UnreadCount: 0 }]);

        await bob.Locator("#text").FillAsync("Hello <b>Alice</b>");
        await bob.Keyboard.PressAsync("Enter");
        await alice.Locator("#messages").GetByText("Hello <b>Alice</b>").WaitForAsync();
        Assert.Equal(2, await alice.Locator("#messages li.message").CountAsync());

        await bob.Locator("#text").PressSequentiallyAsync("Hm");
        await alice.Locator("#typing").GetByText("bob is writing").WaitForAsync();
    }

    [Fact]
    public async Task Should_show_reactions_edits_and_what_is_taken_back()
    {
        await using var app = await ChatApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await app.As("alice").SendAsync(conversation, "Helo");
        var alice = await SignInAsync(browser, app, "alice");
        var bob = await SignInAsync(browser, app, "bob");
        await alice.Locator("#conversations").GetByText("bob").First.ClickAsync();
        await bob.Locator("#conversations").GetByText("alice").First.ClickAsync();

        await bob.Locator("li.message").HoverAsync();
        await bob.GetByLabel("React with 👍").ClickAsync();
        await alice.Locator(".reactions").GetByText("👍 1").WaitForAsync();
        await bob.Locator(".reactions button[aria-pressed=true]").ClickAsync();
        await alice.Locator(".reactions button").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await alice.Locator("li.message").HoverAsync();
        await alice.GetByText("Edit", new() { Exact = true }).ClickAsync();
        await alice.GetByLabel("Edit the message").FillAsync("Hello");
        await alice.Keyboard.PressAsync("Enter");
        await bob.Locator("#messages").GetByText("Hello").WaitForAsync();
        await bob.Locator("#conversations").GetByText("Hello").WaitForAsync();

        await alice.Locator("li.message").HoverAsync();
        await alice.GetByText("Take back").ClickAsync();
        await bob.Locator("#messages").GetByText("This message was taken back.").WaitForAsync();
        await bob.Locator("#conversations").GetByText("Taken back").WaitForAsync();
        Assert.Equal(0, await bob.GetByText("Hello").CountAsync());
        if (Environment.GetEnvironmentVariable("CHAT_SCREENSHOT") is { Length: > 0 } path)
        {
            await bob.ScreenshotAsync(new() { Path = path });
        }
    }

    [Fact]
    public async Task Should_lose_nothing_of_what_was_written_when_the_page_is_loaded_anew()
    {
        await using var app = await ChatApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var (direct, group) = (
            (await app.As("alice").StartDirectAsync("bob")).ConversationId,
            (await app.As("alice").CreateGroupAsync("Trip", "bob", "carol")).ConversationId);
        var alice = await SignInAsync(browser, app, "alice");
        await OpenAsync("Trip");
        await alice.Locator("#text").FillAsync("half a sen");
        await OpenAsync("bob");

        // Sent while the service isn't there, or while its answer is lost.
        var isLost = true;
        await alice.RouteAsync("**/messages", async route =>
        {
            if (isLost && route.Request.PostData?.Contains("stored", StringComparison.Ordinal) == true)
            {
                await route.FetchAsync();
            }

            await (isLost && route.Request.Method == "POST" ? route.AbortAsync() : route.ContinueAsync());
        });
        foreach (var text in new[] { "stored, but who knows", "not stored" })
        {
            await alice.Locator("#text").FillAsync(text);
            await alice.Keyboard.PressAsync("Enter");
        }

        await Eventually.SeesAsync(() => app.As("bob").HistoryAsync(direct), all => all.Count == 1);
        await alice.Locator("#messages").GetByText("Sending…").Last.WaitForAsync();
        isLost = false;
        await alice.ReloadAsync();

        // It goes out although nobody opens the conversation, in its order and once.
        Assert.Equal(
            ["stored, but who knows", "not stored"],
            (await Eventually.SeesAsync(() => app.As("bob").HistoryAsync(direct), all => all.Count >= 2)).Select(message => message.Text));
        await OpenAsync("Trip");
        Assert.Equal("half a sen", await alice.Locator("#text").InputValueAsync());
        await alice.Keyboard.PressAsync("Enter");
        await Eventually.SeesAsync(() => app.As("bob").HistoryAsync(group), all => all.Count == 1);
        await alice.ReloadAsync();
        await OpenAsync("Trip");
        Assert.Equal("", await alice.Locator("#text").InputValueAsync());
        await alice.Locator("#messages").GetByText("half a sen").WaitForAsync();
        Assert.Equal(1, await alice.Locator("#messages li.message").CountAsync());
        if (Environment.GetEnvironmentVariable("CHAT_SCREENSHOT") is { Length: > 0 } path)
        {
            await alice.ScreenshotAsync(new() { Path = path });
        }

        Task OpenAsync(string name) => alice.Locator("#conversations .name").GetByText(name, new() { Exact = true }).ClickAsync();
    }

    [Fact]
    public async Task Should_make_one_group_of_a_double_click_and_say_what_is_wrong_with_a_form()
    {
        await using var app = await ChatApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        var alice = await SignInAsync(browser, app, "alice");
        await alice.Locator("#new summary").ClickAsync();

        await alice.Locator("#members").FillAsync("b!b, carol");
        await alice.Locator("#group-title").FillAsync("Trip");
        await alice.GetByText("Start", new() { Exact = true }).ClickAsync();
        await alice.Locator("#start-error").GetByText("members/0: ").WaitForAsync();

        await alice.Locator("#members").FillAsync("bob, carol");
        await alice.GetByText("Start", new() { Exact = true }).DblClickAsync();
        await alice.Locator("#title").GetByText("Trip").WaitForAsync();
        await app.As("alice").SendAsync((await app.As("alice").ConversationsAsync()).Conversations[0].ConversationId, "Hello");
        await alice.Locator("#messages").GetByText("Hello").WaitForAsync();
        Assert.Single((await app.As("alice").ConversationsAsync()).Conversations);

        // The first answer is lost: the same form again is the same group.
        var isLost = true;
        await alice.RouteAsync("**/api/conversations", async route =>
        {
            if (isLost && route.Request.Method == "POST")
            {
                isLost = false;
                await route.FetchAsync();
                await route.AbortAsync();
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await alice.Locator("#new summary").ClickAsync();
        await alice.Locator("#members").FillAsync("bob, carol");
        await alice.Locator("#group-title").FillAsync("Trip two");
        await alice.Keyboard.PressAsync("Enter");
        await alice.Locator("#start-error").GetByText("cannot be reached").WaitForAsync();
        await alice.GetByText("Start", new() { Exact = true }).ClickAsync();
        await alice.Locator("#title").GetByText("Trip two").WaitForAsync();
        Assert.Equal(2, (await app.As("alice").ConversationsAsync()).Conversations.Count);
    }

    [Fact]
    public async Task Should_have_a_stranger_ask_first_and_let_them_be_blocked_and_reported()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(Chromium.Options());
        await app.AsHost().SaysAsync("alice", displayName: "Alice A.");
        var alice = await SignInAsync(browser, app, "alice");
        var bob = await SignInAsync(browser, app, "bob");

        await alice.Locator("#new summary").ClickAsync();
        await alice.Locator("#members").FillAsync("bob");
        await alice.Keyboard.PressAsync("Enter");
        await alice.Locator("#text").FillAsync("May I write to you?");
        await alice.Keyboard.PressAsync("Enter");
        await alice.Locator("#messages time[datetime]").WaitForAsync();

        // It is among the requests, and not in the list.
        await bob.Locator("#requests summary").ClickAsync();
        await bob.Locator(".request").GetByText("May I write to you?").WaitForAsync();
        Assert.Equal("1", await bob.Locator("#request-count").TextContentAsync());
        Assert.Equal(0, await bob.Locator("#conversations li").CountAsync());
        await ScreenshotAsync(bob, "requests");
        await bob.GetByLabel("Accept Alice A.").ClickAsync();
        await bob.Locator("#conversations").GetByText("May I write to you?").ClickAsync();
        Assert.False(await bob.Locator("#requests").IsVisibleAsync());

        await bob.Locator("li.message").HoverAsync();
        await bob.Locator("li.message").GetByText("Report", new() { Exact = true }).ClickAsync();
        await bob.Locator("#reason").SelectOptionAsync("spam");
        await bob.Locator("#note").FillAsync("I don't know her.");
        await ScreenshotAsync(bob, "report");
        await bob.Locator("#report button.primary").ClickAsync();
        await bob.Locator("#report").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.Equal("Reported.", await bob.Locator("#announcer").TextContentAsync());

        await bob.GetByText("Block", new() { Exact = true }).ClickAsync();
        await bob.GetByText("Unblock", new() { Exact = true }).WaitForAsync();
        await alice.Locator("#text").FillAsync("Are you there?");
        await alice.Keyboard.PressAsync("Enter");
        await alice.Locator(".refused").WaitForAsync();
        await bob.GetByText("Unblock", new() { Exact = true }).ClickAsync();
        await bob.GetByText("Block", new() { Exact = true }).WaitForAsync();
        await alice.GetByText("Try again").ClickAsync();
        await bob.Locator("#messages").GetByText("Are you there?").WaitForAsync();
    }

    private static async Task ScreenshotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CHAT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
        }
    }

    private static async Task<IPage> SignInAsync(IBrowser browser, ChatApp app, string name)
    {
        // A context of its own is a window of another person.
        var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.Timeout.TotalMilliseconds);
        await page.GotoAsync(app.Http.BaseAddress!.ToString());
        await page.Locator("#name").FillAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#chat").WaitForAsync();
        return page;
    }
}
