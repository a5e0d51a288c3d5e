using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Api;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Local;
using Chat.Local.Functions;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The services for another host: what they print is what its settings need, and the genuine clients find them by it.</summary>
public sealed class When_only_the_services_run
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Should_be_found_by_what_they_print_and_end_when_asked()
    {
        string[] ports =
        [
            "--cosmos-port",
            Backend.FreePort(),
            "--servicebus-port",
            Backend.FreePort(),
            "--blob-port",
            Backend.FreePort(),
            "--signalr-port",
            Backend.FreePort(),
        ];
        using var process = Process.Start(Backend.With(["--in-memory", "--services-only", .. ports]))!;
        try
        {
            var settings = await ReadSettingsAsync(process.StandardOutput).WaitAsync(Longest);
            using (var cosmos = new CosmosClient(
                settings["Cosmos"],
                new CosmosClientOptions { ConnectionMode = Enum.Parse<ConnectionMode>(settings["Cosmos__ConnectionMode"]) }))
            {
                Assert.NotEmpty(await cosmos.GetContainer(ChatContainers.Database, ChatContainers.ConversationsName).GetFeedRangesAsync());
            }

            await using (var bus = new ServiceBusClient(settings["ServiceBus"]))
            {
                await bus.CreateSender(EntriesCommitted.Queue).SendMessageAsync(new ServiceBusMessage("hello"));
                Assert.Equal("hello", (await bus.CreateReceiver(EntriesCommitted.Queue).PeekMessageAsync()).Body.ToString());
            }

            Assert.Contains($"Port={ports[^1]};", settings["AzureSignalRConnectionString"], StringComparison.Ordinal);
            Assert.Contains($"127.0.0.1:{ports[5]}/", settings["Media"], StringComparison.Ordinal);
            using (var term = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await process.WaitForExitAsync().WaitAsync(Longest);
            }

            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>The settings of <c>tests/real-host</c> are those that are printed, and others of which its README says what for.</summary>
    [Fact]
    public async Task Should_print_the_settings_with_which_the_real_host_is_tried()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        // The only one whose address has no port until it listens.
        var port = Backend.FreePort();
        Assert.True(await azure.SignalR.ListenAsync(int.Parse(port, CultureInfo.InvariantCulture), CancellationToken.None));
        using var output = new StringWriter();
        Banner.WriteSettings(output, azure, CommandLine.Parse(["--services-only", "--in-memory"]), Tokens.SigningKey);
        var lines = output.ToString().Replace($"Port={port};", "Port=8888;", StringComparison.Ordinal).Split(Environment.NewLine);
        var printed = SettingsIn(lines);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.Path("tests/real-host/settings.json")));
        var tried = file.RootElement.GetProperty("Values").Deserialize<Dictionary<string, string>>()!;
        var readme = await File.ReadAllLinesAsync(Repository.Path("tests/real-host/README.md"));
        var explained = readme.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(row => row.Split('`')[1]);

        Assert.Equal(tried.Keys.Order(StringComparer.Ordinal), printed.Keys.Concat(explained).Order(StringComparer.Ordinal));
        Assert.All(
            printed.Where(setting => setting.Key != "Auth__SigningKey"),
            setting => Assert.Equal((setting.Key, setting.Value), (setting.Key, tried[setting.Key])));
    }

    private static async Task<Dictionary<string, string>> ReadSettingsAsync(StreamReader output)
    {
        var lines = new List<string>();
        while (await output.ReadLineAsync() is { } line && !line.Contains("Ctrl-C", StringComparison.Ordinal))
        {
            lines.Add(line);
        }

        return SettingsIn(lines);
    }

    /// <summary>The lines as <c>local.settings.json</c> takes them.</summary>
    private static Dictionary<string, string> SettingsIn(IEnumerable<string> lines)
    {
        var values = lines.Where(line => line.TrimStart().StartsWith('"'));
        return JsonSerializer.Deserialize<Dictionary<string, string>>($"{{{string.Join('\n', values).TrimEnd(',')}}}")!;
    }
}
