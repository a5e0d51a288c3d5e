using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Load;
using Chat.Local;
using Microsoft.Azure.Cosmos;

namespace Chat.Services.Cosmos;

/// <summary>
/// The operations that accepting, delivering and reading a message consist of, each caller with a conversation of its own.
/// </summary>
internal static class CosmosBenchmark
{
    private const int AtOnce = 16;
    private const int Kept = 100;

    public static async Task RunAsync(Table table)
    {
        using var directory = new DataDirectory();
        using var another = new DataDirectory();

        // The SDK is large, and takes long to be compiled for good.
        await MeasureAsync(new Table(TextWriter.Null), "", null, Sdk);
        await MeasureAsync(table, "Cosmos, SDK, memory", null, Sdk);
        await MeasureAsync(table, "Cosmos, SDK, disk", directory.Path, Sdk);
        await MeasureAsync(table, "Cosmos, endpoint alone", null, Endpoint);
        await MeasureAsync(table, "Cosmos, endpoint alone, disk", another.Path, Endpoint);
    }

    private static Func<string, IConversation> Endpoint(LocalAzure azure) =>
        id => new EndpointConversation(new HttpMessageInvoker(azure.Cosmos.CreateHandler()), id, Kept);

    /// <summary>With the options that the app gives it.</summary>
    private static Func<string, IConversation> Sdk(LocalAzure azure)
    {
        var client = new CosmosClient(azure.Cosmos.ConnectionString, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            HttpClientFactory = () => new HttpClient(azure.Cosmos.CreateHandler()),
            UseSystemTextJsonSerializerWithOptions = JsonSerializerOptions.Web,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true },
        });
        return id => new SdkConversation(client, id, Kept);
    }

    private static async Task MeasureAsync(
        Table table,
        string service,
        string? directory,
        Func<LocalAzure, Func<string, IConversation>> connect)
    {
        await using var azure = await LocalAzure.StartAsync(directory);
        var ids = Enumerable.Range(0, AtOnce).Select(n => string.Create(CultureInfo.InvariantCulture, $"c{n}")).ToList();
        await Task.WhenAll(ids.Select(id => FillAsync(azure, id)));
        var conversations = ids.ConvertAll(connect(azure).Invoke);

        async Task AddAsync(string operation, Func<IConversation, Task> run) =>
            table.Add(service, operation, await Measurement.TakeAsync(AtOnce, caller => run(conversations[caller])));

        await AddAsync("point read", conversation => conversation.ReadAsync());
        await AddAsync("query, page of 50", conversation => conversation.QueryAsync());
        await AddAsync("create", conversation => conversation.CreateAsync());
        await AddAsync("replace, If-Match", conversation => conversation.ReplaceAsync());
        await AddAsync("batch: head and entry", conversation => conversation.CommitAsync());
        await AddAsync("conditional patch", conversation => conversation.RaiseAsync());
    }

    private static async Task FillAsync(LocalAzure azure, string id)
    {
        await PutAsync("users", ChatDocuments.InboxEntry(id));
        await PutAsync("conversations", ChatDocuments.Head(id, Kept));
        for (var seq = 1; seq <= Kept; seq++)
        {
            await PutAsync("conversations", ChatDocuments.Message(id, seq));
        }

        Task PutAsync(string container, string document) =>
            azure.Cosmos.UpsertDocumentAsync("chat", container, id, Encoding.UTF8.GetBytes(document));
    }
}
