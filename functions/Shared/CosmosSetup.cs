using Azure.Core;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Shared;

/// <summary>Registers the Cosmos DB client, one for the process.</summary>
internal static class CosmosSetup
{
    /// <summary>The connection setting: a connection string, or <c>Cosmos__accountEndpoint</c> for managed identity.</summary>
    public const string Connection = "Cosmos";

    public static IServiceCollection AddCosmos(this IServiceCollection services, IConfiguration configuration)
    {
        configuration.RequireConnection(Connection, "accountEndpoint");
        services.AddHttpClient(Connection);
        return services.AddSingleton(provider => Client(configuration, provider)).AddSingleton<ChatContainers>();
    }

    private static CosmosClient Client(IConfiguration configuration, IServiceProvider provider)
    {
        var options = new CosmosClientOptions
        {
            ApplicationName = "Chat.Functions",
            ConnectionMode = configuration.GetValue("Cosmos:ConnectionMode", ConnectionMode.Direct),
            HttpClientFactory = () => provider.GetRequiredService<IHttpClientFactory>().CreateClient(Connection),
            UseSystemTextJsonSerializerWithOptions = ChatJson.Default.Options,

            // A call has 3 s, so retries are the callers' own; the SDK would make nine.
            MaxRetryAttemptsOnRateLimitedRequests = 2,
            MaxRetryWaitTimeOnRateLimitedRequests = TimeSpan.FromSeconds(2),
            RequestTimeout = TimeSpan.FromSeconds(5),
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true },
            CustomHandlers = { new RequestCharges() },
        };
        return configuration[Connection] is { Length: > 0 } connectionString
            ? new CosmosClient(connectionString, options)
            : new CosmosClient(
                configuration.Required($"{Connection}:accountEndpoint"),
                provider.GetRequiredService<TokenCredential>(),
                options);
    }
}
