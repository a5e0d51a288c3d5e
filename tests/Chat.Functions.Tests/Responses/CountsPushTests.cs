using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Reactions;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Delivery;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Responses;

/// <summary>A channel's counts are pushed once for a window, however many posts change, and the last of them are never left out.</summary>
public class CountsPushTests
{
    private const int Posts = 15;

    private readonly ConversationId _channel = ConversationId.New();
    private readonly SetClock _clock = new() { Now = TimeProvider.System.GetUtcNow() };

    [Fact]
    public async Task Asks_for_one_push_of_all_posts_that_change_in_a_window()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var client = deployment.Azure.ServiceBus.Connect();
        var (push, counting) = Of(deployment, client);
        await ReactAsync(deployment, Enumerable.Range(1, Posts));
        foreach (var page in await Projector.PagesAsync(deployment.Azure, 4))
        {
            await counting.FoldPageAsync(page, CancellationToken.None, CancellationToken.None);
        }

        var asked = Assert.Single(await AskedAsync(client));
        var changed = await push.ChangedAsync(_channel, asked.Since, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, Posts), changed.Select(post => (int)post.Ordinal).Order());
        Assert.Empty(await push.ChangedAsync(_channel, asked.Since + 60, CancellationToken.None));
    }

    [Fact]
    public async Task Asks_again_after_a_write_that_took_longer_than_its_window()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var client = deployment.Azure.ServiceBus.Connect();
        var (_, counting) = Of(deployment, client);
        await ReactAsync(deployment, [1]);
        var page = Assert.Single(await Projector.PagesAsync(deployment.Azure, int.MaxValue));
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "create", FaultKind.Delay)
        {
            Times = 1,
            Strike = _ =>
            {
                _clock.Now += TimeSpan.FromSeconds(10);
                return Task.CompletedTask;
            },
        }))
        {
            await counting.FoldPageAsync(page, CancellationToken.None, CancellationToken.None);
        }

        var asked = await AskedAsync(client);
        Assert.Equal(2, asked.Count);
        Assert.True(asked.Max(one => one.WindowEnd) > _clock.Now.ToUnixTimeMilliseconds());
    }

    private (CountsPush Push, PostCounting Counting) Of(Deployment deployment, ServiceBusClient client)
    {
        var containers = deployment.StartProcess().Containers;
        var queue = new DeliveryQueue(client);
        var push = new CountsPush(
            new ConversationReader(containers), containers, queue, watchers: null!, push: null!, new DeliveryOptions(), _clock);
        return (push, new PostCounting(containers, queue, push, NullLogger<PostCounting>.Instance));
    }

    private async Task ReactAsync(Deployment deployment, IEnumerable<int> ordinals)
    {
        var (containers, limits) = (deployment.StartProcess().Containers, new Limits());
        var responses = new PostResponses(containers, new PostCountsReader(containers, TimeProvider.System), limits);
        foreach (var ordinal in ordinals)
        {
            var change = new ReactionChange(new ReactionKey("👍"), true, null, limits);
            await responses.ChangeAsync(new UserId("ann"), _channel, ordinal, change, CancellationToken.None);
        }
    }

    private static async Task<List<PushCounts>> AskedAsync(ServiceBusClient client) =>
    [
        .. (await client.CreateReceiver(FanOutMessage.Queue).PeekMessagesAsync(1_000))
            .Select(message => JsonSerializer.Deserialize(message.Body, ChatJson.Default.FanOutMessage)).OfType<PushCounts>(),
    ];
}
