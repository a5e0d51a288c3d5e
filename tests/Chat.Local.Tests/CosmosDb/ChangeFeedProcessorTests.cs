using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The SDK's own processor, which keeps its leases in a container of the same account.</summary>
public sealed class ChangeFeedProcessorTests
{
    [Fact]
    public async Task Should_share_the_ranges_among_instances_and_go_on_after_a_restart()
    {
        await using var account = await CosmosAccount.StartAsync();
        var leases = (await account.Container.Database.CreateContainerIfNotExistsAsync("leases", "/id")).Container;
        var seen = new ConcurrentDictionary<string, ConcurrentBag<string>>(StringComparer.Ordinal);
        ChangeFeedProcessor Processor(string instance) => account.Container
            .GetChangeFeedProcessorBuilder<JsonObject>("processor", (IReadOnlyCollection<JsonObject> changes, CancellationToken _) =>
            {
                foreach (var document in changes)
                {
                    seen.GetOrAdd((string)document["id"]!, _ => []).Add(instance);
                }

                return Task.CompletedTask;
            })
            .WithInstanceName(instance)
            .WithLeaseContainer(leases)
            .WithPollInterval(TimeSpan.FromMilliseconds(20))
            .WithLeaseConfiguration(
                acquireInterval: TimeSpan.FromMilliseconds(200),
                expirationInterval: TimeSpan.FromSeconds(30),
                renewInterval: TimeSpan.FromSeconds(10))
            .WithStartTime(DateTime.MinValue.ToUniversalTime())
            .Build();

        var one = Processor("one");
        var two = Processor("two");
        await one.StartAsync();
        await two.StartAsync();
        for (var round = 0; Instances(seen).Count < 2; round++)
        {
            Assert.True(round < 100, $"Expected both instances to see documents; {string.Join(", ", Instances(seen))} did.");
            await WriteAsync(account, seen, $"round {round}");
        }

        // What came before this is checkpointed in both ranges, whatever of this is.
        await WriteAsync(account, seen, "settled");
        await one.StopAsync();
        await two.StopAsync();
        var three = Processor("three");
        await three.StartAsync();
        await WriteAsync(account, seen, "again");
        await three.StopAsync();

        Assert.Equal(
            20,
            seen.Count(document => document.Key.StartsWith("again", StringComparison.Ordinal) && document.Value.Contains("three")));
        Assert.DoesNotContain(
            seen,
            document => document.Key.StartsWith("round", StringComparison.Ordinal) && document.Value.Contains("three"));
    }

    /// <summary>Writes documents of many keys and waits until each was seen.</summary>
    private static async Task WriteAsync(CosmosAccount account, ConcurrentDictionary<string, ConcurrentBag<string>> seen, string name)
    {
        var ids = Enumerable.Range(0, 20).Select(i => $"{name} {i}").ToList();
        foreach (var id in ids)
        {
            await account.CreateAsync($$"""{"id":"{{id}}","pk":"{{id}}"}""");
        }

        await Eventually.TrueAsync(
            () => ids.TrueForAll(seen.ContainsKey),
            () => $"20 documents of {name}; {ids.Count(seen.ContainsKey)} were seen");
    }

    private static HashSet<string> Instances(ConcurrentDictionary<string, ConcurrentBag<string>> seen) =>
        [.. seen.Values.SelectMany(instances => instances)];
}
