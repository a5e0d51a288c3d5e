using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Log;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Delivery;

/// <summary>Registers delivery: the Service Bus client and what the queue and feed functions work with.</summary>
public static class DeliverySetup
{
    /// <summary>
    /// The connection setting of Service Bus: a connection string, or <c>ServiceBus__fullyQualifiedNamespace</c> for managed identity.
    /// </summary>
    public const string Connection = "ServiceBus";

    /// <summary>The connection setting of Cosmos DB: a connection string, or <c>Cosmos__accountEndpoint</c> for managed identity.</summary>
    public const string CosmosConnection = "Cosmos";

    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        configuration.RequireConnection(Connection, "fullyQualifiedNamespace");
        return services
            .AddSingleton(configuration.GetValidated<DeliveryOptions>("Delivery"))
            // An HTTP answer waits until its delivery is enqueued, so there are few retries: what isn't enqueued then, the change feed
            // enqueues.
            .AddSingleton(new ServiceBusClientOptions
            {
                RetryOptions = new ServiceBusRetryOptions
                {
                    MaxRetries = 2,
                    Delay = TimeSpan.FromMilliseconds(200),
                    TryTimeout = TimeSpan.FromSeconds(5),
                },
            })
            .AddSingleton(provider => Client(configuration, provider))
            .AddSingleton<DeliveryQueue>()
            .AddSingleton<EnqueueDelivery>(provider => provider.GetRequiredService<DeliveryQueue>().EnqueueAsync)
            .AddSingleton<QueueMessageProcessor>()
            .AddSingleton<CommittedReader>()
            .AddSingleton<MemberListCache>()
            .AddSingleton<DeliveryLag>()
            .AddSingleton<ScheduledQueue>()
            .AddSingleton<RangePush>()
            .AddSingleton<EntryProjection>()
            .AddSingleton<FollowUps>()
            .AddSingleton<FeedPace>()
            .AddSingleton<FeedHistory>()
            .AddSingleton<InboxFanOut>()
            .AddSingleton<PushGroupAlignment>();
    }

    private static ServiceBusClient Client(IConfiguration configuration, IServiceProvider provider)
    {
        var options = provider.GetRequiredService<ServiceBusClientOptions>();
        return configuration[Connection] is { Length: > 0 } connectionString
            ? new ServiceBusClient(connectionString, options)
            : new ServiceBusClient(
                configuration.Required($"{Connection}:fullyQualifiedNamespace"),
                provider.GetRequiredService<TokenCredential>(),
                options);
    }
}

/// <summary>How delivery behaves, under <c>Delivery</c> in the settings.</summary>
public sealed record DeliveryOptions
{
    /// <summary>
    /// The debounce window in which the lists of conversations with more than 32 members move once. Default 3 s, from 0.1 s to 1 min.
    /// Lists lag by up to 1.5 windows. A longer window costs less in busy groups.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan InboxWindow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The time after its commit from which on a delivery counts as late. Default 5 s, from 0.1 s to 1 h. Only a warning depends on it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromSeconds(5);
}
