using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Xunit;

namespace Chat.Functions.Tests.Channels;

/// <summary>Watermarks of followers, by which views are counted.</summary>
public class SubscriptionStoreTests
{
    [Fact]
    public async Task Raises_a_watermark_once_from_where_it_was_read()
    {
        await using var deployment = await Deployment.StartAsync();
        var containers = deployment.StartProcess().Containers;
        var store = new SubscriptionStore(
            containers, new Followers(containers, TimeProvider.System), new Limits(), TimeProvider.System);
        var (user, head) = (new UserId("ann"), new Head
        {
            ConversationId = ConversationId.New(),
            Kind = ConversationKind.Channel,
            CreatedBy = new UserId("paula"),
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
        var before = await FollowAsync();
        var raised = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => store.RaiseReadAsync(before, 10 + n, CancellationToken.None)));
        Assert.Equal(1, raised.Count(isRaised => isRaised));

        // From elsewhere it is raised all the same, and not counted.
        Assert.False(await store.RaiseReadAsync(before, 20, CancellationToken.None));
        Assert.True(await store.RaiseReadAsync(user, head.ConversationId, 20, CancellationToken.None));
        Assert.False(await store.RaiseReadAsync(user, head.ConversationId, 20, CancellationToken.None));

        // Whoever follows anew counts from there.
        await store.LeaveAsync(user, head.ConversationId, CancellationToken.None);
        head = head with { MessageCount = 30 };
        await FollowAsync();
        Assert.False(await store.RaiseReadAsync(before, 40, CancellationToken.None));

        async Task<Subscription> FollowAsync() =>
            (await store.FollowAsync(user, head, SubscribeRequest.Nothing, null, CancellationToken.None)).Subscription!;
    }
}
