using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Runs stories of <c>clients/web/e2e</c> in real browsers, on the page as the local host serves it.</summary>
internal static class Page
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(string stories, IReadOnlyDictionary<string, string?>? settings = null)
    {
        await using var app = await ChatApp.StartAsync(settings: settings);
        await RunAsync(stories, app);
    }

    public static async Task RunAsync(string stories, ChatApp app)
    {
        using var node = Start(stories, app.Http.BaseAddress!);
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        try
        {
            await node.WaitForExitAsync().WaitAsync(Longest);
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }

        Assert.True(node.ExitCode == 0, $"{await output}\n{await errors}");
    }

    private static Process Start(string stories, Uri address, [CallerFilePath] string thisFile = "")
    {
        var clients = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../clients"));
        var vitest = Path.Combine(clients, "node_modules/vitest/vitest.mjs");
        Assert.True(File.Exists(vitest), "The npm packages aren't there: run 'npm ci' in clients.");
        var start = new ProcessStartInfo("node", [vitest, "run", "--config", "vitest.e2e.config.ts"])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.Combine(clients, "web"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CHAT_URL"] = address.ToString();
        start.Environment["STORIES"] = stories;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test drives the page by Node.js 20 or later, which must be installed as 'node'.");
            throw;
        }
    }
}
