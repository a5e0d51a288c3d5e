using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
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

    /// <summary>The lines as <c>local.settings.json</c> takes them.</summary>
    private static async Task<Dictionary<string, string>> ReadSettingsAsync(StreamReader output)
    {
        var lines = new List<string>();
        while (await output.ReadLineAsync() is { } line && !line.Contains("Ctrl-C", StringComparison.Ordinal))
        {
            lines.Add(line);
        }

        var values = lines.Where(line => line.TrimStart().StartsWith('"'));
        return JsonSerializer.Deserialize<Dictionary<string, string>>($"{{{string.Join('\n', values).TrimEnd(',')}}}")!;
    }
}
