using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Chat.Local.ServiceBus;
using Chat.Local.Store;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>The broker over AMQP, as the JavaScript package sees it.</summary>
public sealed class NodeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Should_serve_the_ordinary_npm_package()
    {
        await using var store = LocalStore.InMemory();
        await using var bus = new ServiceBusNamespace(store, new Meter(TimeProvider.System), new Faults(), TimeProvider.System);
        bus.CreateQueues("""{ "UserConfig": { "Namespaces": [ { "Queues": [ { "Name": "orders" } ] } ] } }""");
        using var node = Start(ServiceBusNamespace.ConnectionStringOf(bus.Listen(0)!.Value));

        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        try
        {
            await node.WaitForExitAsync().WaitAsync(Timeout);
        }
        catch (TimeoutException)
        {
            node.Kill(entireProcessTree: true);
            Assert.Fail($"Expected the script to end within {Timeout.TotalSeconds} s; it said: {await output} {await errors}");
        }

        Assert.True(node.ExitCode == 0, $"The script ended with {node.ExitCode}: {await errors}");
        Assert.EndsWith("done\n", await output, StringComparison.Ordinal);
    }

    private static Process Start(string connection, [CallerFilePath] string thisFile = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(thisFile)!, "node");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), $"The npm packages aren't there: run 'npm ci' in {folder}.");
        var start = new ProcessStartInfo("node", ["conformance.mjs"])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SERVICEBUS_CONNECTION"] = connection;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test runs the JavaScript client of Service Bus, for which Node.js 20 or later must be installed as 'node'.");
            throw;
        }
    }
}
