using System.Security.Cryptography.X509Certificates;
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

    private readonly Door _door;
    private readonly Lazy<HttpClient> _http;

    private CosmosAccount(LocalStore store, CosmosService service, Door door)
    {
        _store = store;
        _door = door;
        Service = service;
        _http = new(() => new HttpClient(new Signer(NewHandler())) { BaseAddress = Address });
        Client = NewClient();
        Container = Client.GetContainer("chat", "items");
    }

    /// <summary>What the account writes to.</summary>
    public LocalStore Store => _store;

    public Faults Faults { get; private init; } = new();

    public required Meter Meter { get; init; }

    public CosmosService Service { get; }

    public CosmosClient Client { get; }

    public Container Container { get; }

    /// <summary>For requests of one's own making, which it signs.</summary>
    public HttpClient Http => _http.Value;

    public string ConnectionString =>
        _door == Door.Https ? CosmosService.ConnectionStringOf(Service.Port!.Value, "https") : Service.ConnectionString;

    private Uri Address => new($"{(_door == Door.Https ? "https" : "http")}://localhost:{Service.Port ?? 80}/");

    /// <param name="definition">Members of the container's definition besides its id and key <c>/pk</c>.</param>
    public static async Task<CosmosAccount> StartAsync(
        string definition = "",
        string? directory = null,
        TimeProvider? time = null,
        string keyPaths = "\"/pk\"",
        string kind = "Hash",
        Door door = Door.InProcess)
    {
        time ??= TimeProvider.System;
        var store = directory is null ? LocalStore.InMemory() : await LocalStore.OpenAsync(directory, reset: false, TimeProvider.System);
        var faults = new Faults();
        var meter = new Meter(time);
        var service = new CosmosService(store, meter, faults, time);
        service.CreateContainers($$"""
            {"database":"chat","containers":[{
              "id":"items",
              "partitionKey":{"paths":[{{keyPaths}}],"kind":"{{kind}}","version":2}{{(definition.Length > 0 ? "," : "")}}{{definition}}}]}
            """);
        if (door != Door.InProcess)
        {
            await service.ListenAsync(0, CancellationToken.None);
        }

        return new CosmosAccount(store, service, door) { Faults = faults, Meter = meter };
    }

    /// <param name="limitToEndpoint">With this, the SDK repeats nothing after a broken connection.</param>
    public CosmosClient NewClient(bool limitToEndpoint = false)
    {
        Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
        var options = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = limitToEndpoint,
            UseSystemTextJsonSerializerWithOptions = new JsonSerializerOptions(JsonSerializerDefaults.Web),
        };
        switch (_door)
        {
            case Door.InProcess:
                options.HttpClientFactory = () => new HttpClient(Service.CreateHandler());
                break;
            case Door.Https:
                options.ServerCertificateCustomValidationCallback = (shown, _, _) => IsOurs(shown);
                break;
        }

        return new CosmosClient(ConnectionString, options);
    }

    /// <summary>Reaches the account by its door.</summary>
    public HttpMessageHandler NewHandler() => _door switch
    {
        Door.InProcess => Service.CreateHandler(),
        Door.Http => new SocketsHttpHandler(),
        _ => new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => IsOurs((X509Certificate2)shown!) },
        },
    };

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
        var query = parameters.Aggregate(
            new QueryDefinition(sql), (definition, parameter) => definition.WithParameter(parameter.Name, parameter.Value));
        return [.. (await PagesAsync(query, key)).SelectMany(page => page)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        await Service.DisposeAsync();
        await _store.DisposeAsync();
    }

    private bool IsOurs(X509Certificate2 shown) => Service.Certificate.ExportCertificatePem() == shown.ExportCertificatePem();
}
