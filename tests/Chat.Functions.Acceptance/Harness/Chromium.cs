using Microsoft.Playwright;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>The browser that pages are tried in.</summary>
internal static class Chromium
{
    public static BrowserTypeLaunchOptions Options() => new()
    {
        ExecutablePath = Installed(),
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
    };

    private static string Installed()
    {
        var path = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.True(path is not null, "This test drives the page in Chromium: install the package 'chromium'.");
        return path;
    }
}
