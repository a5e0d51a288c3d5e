using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Chat.Local.CosmosDb;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The account over HTTP, as the JavaScript package sees it.</summary>
public sealed class NodeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Should_serve_the_ordinary_npm_package(string scheme)
    {
        using var directory = new TemporaryDirectory();
        await using var account = await CosmosAccount.StartAsync();
        var port = await account.Service.ListenAsync(0, CancellationToken.None);
        var pem = Path.Combine(directory.Path, "emulator.pem");
        await File.WriteAllTextAsync(pem, account.Service.Certificate.ExportCertificatePem());
        using var node = Start($"{scheme}://localhost:{port}", pem);

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

    private static Process Start(string endpoint, string trusted, [CallerFilePath] string thisFile = "")
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
        start.Environment["COSMOS_ENDPOINT"] = endpoint;
        start.Environment["NODE_EXTRA_CA_CERTS"] = trusted;
        start.Environment["COSMOS_KEY"] = CosmosService.WellKnownKey;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test runs the JavaScript client of Cosmos DB, for which Node.js 20 or later must be installed as 'node'.");
            throw;
        }
    }
}
