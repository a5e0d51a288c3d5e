using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Chat.Admin;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

/// <summary>An operator with chat-admin and a backend on this machine.</summary>
internal sealed class AdminConsole(ChatApp app, int cosmosPort)
{
    public static async Task<AdminConsole> OfAsync(ChatApp app)
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            if (await app.Azure.Cosmos.ListenAsync(port, CancellationToken.None))
            {
                return new AdminConsole(app, port);
            }
        }
    }

    /// <summary>Runs a command that is to succeed; what it printed.</summary>
    public async Task<string> RunAsync(params string[] args)
    {
        var ended = await TryAsync("", args);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', args)}: {ended.ExitCode} {ended.Error}");
        return ended.Output;
    }

    /// <summary>Runs a command that is to succeed, and prints JSON.</summary>
    public async Task<JsonElement> ReadAsync(params string[] args) => JsonSerializer.Deserialize<JsonElement>(await RunAsync([.. args, "--output", "json"]));

    /// <param name="input">What the operator types.</param>
    /// <param name="args">The command, without the backend that it is about.</param>
    public Task<AdminEnd> TryAsync(string input, params string[] args) =>
        AdminEnd.OfAsync(input, [.. args, $"--local={app.Http.BaseAddress}", string.Create(CultureInfo.InvariantCulture, $"--cosmos=http://localhost:{cosmosPort}/")]);
}

/// <summary>How a command ended, and what it printed.</summary>
internal sealed record AdminEnd(int ExitCode, string Output, string Error)
{
    public static async Task<AdminEnd> OfAsync(string input, params IReadOnlyList<string> args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await AdminTool.RunAsync(args, new StringReader(input), output, error);
        return new(code, output.ToString(), error.ToString());
    }
}
