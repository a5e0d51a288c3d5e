using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb;
using Chat.Local.Store;
using Microsoft.Azure.Cosmos;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>An account with one container, and the real SDK talking to it.</summary>
internal sealed class CosmosAccount : IAsyncDisposable
{
    private readonly LocalStore _store;

    private CosmosAccount(LocalStore store, CosmosService service, CosmosClient client, string container)
    {
        _store = store;
        Client = client;
        Service = service;
        Container = client.GetContainer("chat", container);
    }

    public Faults Faults { get; private init; } = new();

    public required Meter Meter { get; init; }

    public CosmosService Service { get; }

    public CosmosClient Client { get; }

    public Container Container { get; }

    /// <param name="definition">Members of the container's definition besides its id and key <c>/pk</c>.</param>
    public static async Task<CosmosAccount> StartAsync(string definition = "", string? directory = null, TimeProvider? time = null, string keyPaths = "\"/pk\"", string kind = "Hash")
    {
        time ??= TimeProvider.System;
        var store = directory is null ? LocalStore.InMemory() : await LocalStore.OpenAsync(directory, reset: false, TimeProvider.System);
        var faults = new Faults();
        var meter = new Meter(time);
        var service = new CosmosService(store, meter, faults, time);
        service.CreateContainers($$"""
            {"database":"chat","containers":[{"id":"items","partitionKey":{"paths":[{{keyPaths}}],"kind":"{{kind}}","version":2}{{(definition.Length > 0 ? "," : "")}}{{definition}}}]}
            """);
        return new CosmosAccount(store, service, Connect(service), "items") { Faults = faults, Meter = meter };
    }

    /// <param name="limitToEndpoint">With this, the SDK repeats nothing after a broken connection.</param>
    public static CosmosClient Connect(CosmosService service, bool limitToEndpoint = false)
    {
        Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
        return new CosmosClient(service.ConnectionString, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = limitToEndpoint,
            HttpClientFactory = () => new HttpClient(service.CreateHandler()),
            UseSystemTextJsonSerializerWithOptions = new JsonSerializerOptions(JsonSerializerDefaults.Web),
        });
    }

    public static Stream Json(string json) => new MemoryStream(Encoding.UTF8.GetBytes(json));

    public Task<ItemResponse<JsonObject>> CreateAsync(string json) =>
        Container.CreateItemAsync(JsonNode.Parse(json)!.AsObject());

    public async Task<JsonObject?> FindAsync(string key, string id)
    {
        using var response = await Container.ReadItemStreamAsync(id, new PartitionKey(key));
        return response.IsSuccessStatusCode ? (await JsonNode.ParseAsync(response.Content))!.AsObject() : null;
    }

    /// <summary>Runs a query to its end and returns its pages.</summary>
    public async Task<List<List<JsonNode?>>> PagesAsync(QueryDefinition query, string? key, int pageSize = -1)
    {
        var options = new QueryRequestOptions { MaxItemCount = pageSize };
        if (key is not null)
        {
            options.PartitionKey = new PartitionKey(key);
            options.EnableOptimisticDirectExecution = true;
        }

        var pages = new List<List<JsonNode?>>();
        using var iterator = Container.GetItemQueryIterator<JsonNode?>(query, requestOptions: options);
        while (iterator.HasMoreResults)
        {
            pages.Add([.. await iterator.ReadNextAsync()]);
        }

        return pages;
    }

    public async Task<List<JsonNode?>> QueryAsync(string sql, string? key = "k", params (string Name, object? Value)[] parameters)
    {
        var query = parameters.Aggregate(new QueryDefinition(sql), (definition, parameter) => definition.WithParameter(parameter.Name, parameter.Value));
        return [.. (await PagesAsync(query, key)).SelectMany(page => page)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Service.DisposeAsync();
        await _store.DisposeAsync();
    }
}
