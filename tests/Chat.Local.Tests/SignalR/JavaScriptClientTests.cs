using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class JavaScriptClientTests
{
    [Fact]
    public async Task The_ordinary_JavaScript_client_connects_and_receives()
    {
        await using var app = await SignalRApp.StartAsync();
        using var node = Start($"{app.Http.BaseAddress}?user=alice");

        var connectionId = await NextLineAsync(node);
        await app.UntilConnectionsAsync(1);
        Assert.Equal(connectionId, app.Connections().Single().Id);
        await app.Hub.Clients.User("alice").Said("hello");

        Assert.Equal("hello", await NextLineAsync(node));
        await node.WaitForExitAsync().WaitAsync(Eventually.Timeout);
        Assert.Equal(0, node.ExitCode);
        await app.UntilConnectionsAsync(0);
    }

    private static Process Start(string url, [CallerFilePath] string thisFile = "")
    {
        var here = Path.GetDirectoryName(thisFile)!;
        var web = Path.GetFullPath(Path.Combine(here, "../../../clients/web"));
        Assert.True(Directory.Exists(Path.Combine(web, "node_modules")), $"The npm packages aren't there: run 'npm ci' in {web}.");
        try
        {
            return Process.Start(new ProcessStartInfo("node", [Path.Combine(here, "javascript-client.mjs"), url])
            {
                UseShellExecute = false,
                WorkingDirectory = web,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test runs the JavaScript client of SignalR, for which Node.js 20 or later must be installed as 'node'.");
            throw;
        }
    }

    private static async Task<string> NextLineAsync(Process node)
    {
        var line = await node.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Timeout);
        return line ?? throw new InvalidOperationException($"The client ended: {await node.StandardError.ReadToEndAsync()}");
    }
}
