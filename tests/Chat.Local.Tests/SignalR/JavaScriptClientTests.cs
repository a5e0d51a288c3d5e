using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class JavaScriptClientTests
{
    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task The_ordinary_JavaScript_client_connects_receives_in_order_and_leaves(string transport)
    {
        await using var app = await SignalRApp.StartAsync();
        using var node = Start($"{app.Http.BaseAddress}?user=alice", transport);

        var connectionId = await NextLineAsync(node);
        await app.UntilConnectionsAsync(1);
        Assert.Equal(connectionId, app.Connections().Single().Id);
        var said = Enumerable.Range(0, 300).Select(n => $"message {n}").ToList();
        foreach (var what in said)
        {
            await app.Hub.Clients.User("alice").Said(what);
        }

        await app.Hub.Clients.User("alice").Said(new string('x', 900_000));
        await app.Hub.Clients.User("alice").Said("bye");

        foreach (var what in said)
        {
            Assert.Equal(what, await NextLineAsync(node));
        }

        Assert.Equal("900000", await NextLineAsync(node));
        Assert.Equal("bye", await NextLineAsync(node));
        Assert.Equal("closed: without an error", await NextLineAsync(node));
        await node.WaitForExitAsync().WaitAsync(Eventually.Timeout);
        Assert.Equal(0, node.ExitCode);
        await app.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task It_is_told_why_the_app_closes_its_connection(string transport)
    {
        await using var app = await SignalRApp.StartAsync();
        using var node = Start($"{app.Http.BaseAddress}?user=alice", transport);
        var connectionId = await NextLineAsync(node);
        await app.UntilConnectionsAsync(1);

        await app.Hub.ClientManager.CloseConnectionAsync(connectionId, "signed out");

        Assert.Equal("closed: Server returned an error on close: signed out", await NextLineAsync(node));
        await node.WaitForExitAsync().WaitAsync(Eventually.Timeout);
        await app.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task It_notices_when_the_network_breaks(string transport)
    {
        await using var app = await SignalRApp.StartAsync();
        using var node = Start($"{app.Http.BaseAddress}?user=alice", transport);
        await NextLineAsync(node);
        await app.UntilConnectionsAsync(1);
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.Kill));

        await app.Hub.Clients.User("alice").Said("lost");

        Assert.StartsWith("closed: ", await NextLineAsync(node), StringComparison.Ordinal);
        await app.UntilConnectionsAsync(0);
    }

    private static Process Start(string url, string transport, [CallerFilePath] string thisFile = "")
    {
        var here = Path.GetDirectoryName(thisFile)!;
        var web = Path.GetFullPath(Path.Combine(here, "../../../clients/web"));
        Assert.True(Directory.Exists(Path.Combine(web, "node_modules")), $"The npm packages aren't there: run 'npm ci' in {web}.");
        try
        {
            return Process.Start(new ProcessStartInfo("node", [Path.Combine(here, "javascript-client.mjs"), url, transport])
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
