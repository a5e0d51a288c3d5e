using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_JavaScript_client_connects
{
    [Fact]
    public async Task Should_send_and_receive_with_the_ordinary_SignalR_package()
    {
        await using var app = await ChatApp.StartAsync();
        using var node = Start(app.Http.BaseAddress!);

        var output = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(3));
        var errors = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync().WaitAsync(Eventually.Timeout);

        Assert.True(node.ExitCode == 0, $"The script ended with {node.ExitCode}: {errors}");
        Assert.StartsWith("bob received message 2 of ", output, StringComparison.Ordinal);
    }

    private static Process Start(Uri address, [CallerFilePath] string thisFile = "")
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../clients/node"));
        Assert.True(Directory.Exists(Path.Combine(folder, "../node_modules")), $"The npm packages aren't there: run 'npm ci' in clients.");
        var start = new ProcessStartInfo("node", ["send-and-receive.mjs"])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BASE_URL"] = address.ToString();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test runs the JavaScript client of SignalR, for which Node.js 20 or later must be installed as 'node'.");
            throw;
        }
    }
}
