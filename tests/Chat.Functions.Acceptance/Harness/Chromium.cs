using Microsoft.Playwright;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>The browser that pages are tried in.</summary>
internal static class Chromium
{
    public static BrowserTypeLaunchOptions Options() => new()
    {
        ExecutablePath = Installed(),
        Timeout = 180_000,
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
        string[] names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
        var path = names.Select(name => $"/usr/bin/{name}").FirstOrDefault(File.Exists);
        Assert.True(path is not null, "This test drives the page in Chromium: install the package 'chromium'.");
        return path;
    }
}
