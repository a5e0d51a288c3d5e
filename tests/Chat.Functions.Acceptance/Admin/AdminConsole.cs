using System.Globalization;
using System.Text.Json;
using Chat.Admin;
using Chat.Functions.Acceptance.Harness;
using Chat.Local.CosmosDb;
using Chat.Local.ServiceBus;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

/// <summary>An operator with chat-admin and a backend on this machine, reached through its ports.</summary>
internal sealed class AdminConsole(string cosmos, string serviceBus)
{
    public static async Task<AdminConsole> OfAsync(ChatApp app)
    {
        var cosmos = await app.Azure.Cosmos.ListenAsync(0, CancellationToken.None);
        Assert.NotNull(cosmos);
        return new AdminConsole(CosmosService.ConnectionStringOf(cosmos.Value), BusOf(app));
    }

    /// <summary>How other processes reach the app's queues.</summary>
    public static string BusOf(ChatApp app) => ServiceBusNamespace.ConnectionStringOf(app.Azure.ServiceBus.Listen(0)!.Value);

    /// <summary>Runs a command that is to succeed; what it printed.</summary>
    public async Task<string> RunAsync(params string[] args)
    {
        var ended = await TryAsync("", args);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', args)}: {ended.ExitCode} {ended.Error}");
        return ended.Output;
    }

    /// <summary>Runs a command that is to succeed, and prints JSON.</summary>
    public async Task<JsonElement> ReadAsync(params string[] args) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync([.. args, "--output", "json"]));

    /// <param name="input">What the operator types.</param>
    /// <param name="args">The command, without the backend that it is about.</param>
    public Task<AdminEnd> TryAsync(string input, params string[] args) =>
        AdminEnd.OfAsync(input, [.. args, "--cosmos", cosmos, "--service-bus", serviceBus]);
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
