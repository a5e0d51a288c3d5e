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
    /// <summary>The connection setting of Service Bus: a connection string, or <c>ServiceBus__fullyQualifiedNamespace</c> for managed identity.</summary>
    public const string Connection = "ServiceBus";

    /// <summary>The connection setting of Cosmos DB: a connection string, or <c>Cosmos__accountEndpoint</c> for managed identity.</summary>
    public const string CosmosConnection = "Cosmos";

    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.RequireConnection(Connection, "fullyQualifiedNamespace");
        return services
            .AddSingleton(configuration.GetValidated<DeliveryOptions>("Delivery"))
            // An answer waits for its hand-over; the sweep is there for what takes longer.
            .AddSingleton(new ServiceBusClientOptions
            {
                RetryOptions = new ServiceBusRetryOptions { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), TryTimeout = TimeSpan.FromSeconds(5) },
            })
            .AddSingleton(provider => Client(configuration, provider))
            .AddSingleton<DeliveryQueue>()
            .AddSingleton<HandOver>(provider => provider.GetRequiredService<DeliveryQueue>().HandOverAsync)
            .AddSingleton<QueueWork>()
            .AddSingleton<DeliveredMarks>()
            .AddSingleton<MemberLists>()
            .AddSingleton<SweepSchedule>()
            .AddSingleton<DeliveryLag>()
            .AddSingleton<ScheduledQueue>()
            .AddSingleton<MembershipDelivery>()
            .AddSingleton<InboxDelivery>()
            .AddSingleton<RangeDelivery>();
    }

    private static ServiceBusClient Client(IConfiguration configuration, IServiceProvider provider)
    {
        var options = provider.GetRequiredService<ServiceBusClientOptions>();
        return configuration[Connection] is { Length: > 0 } connectionString
            ? new ServiceBusClient(connectionString, options)
            : new ServiceBusClient(configuration.Required($"{Connection}:fullyQualifiedNamespace"), provider.GetRequiredService<TokenCredential>(), options);
    }
}
