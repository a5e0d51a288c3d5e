using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Chat.Local.Blobs;
using Chat.Local.CosmosDb;
using Chat.Local.Store;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>A container of an account, the genuine client that talks to it, and requests of one's own as a browser makes them.</summary>
internal sealed class TestAccount : IAsyncDisposable
{
    /// <summary>The latest version that Azurite knows, too.</summary>
    private const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2026_06_06;

    private readonly LocalStore? _store;
    private readonly CosmosService? _cosmos;
    private readonly HttpMessageHandler _handler;

    private TestAccount(HttpMessageHandler handler, string connectionString, LocalStore? store, BlobService? service, CosmosService? cosmos)
    {
        (_handler, _store, Blobs, _cosmos) = (handler, store, service, cosmos);
        ConnectionString = connectionString;
        Http = new HttpClient(handler, disposeHandler: false);
        Service = new BlobServiceClient(connectionString, Options());
        Container = Service.GetBlobContainerClient($"c{Guid.NewGuid():N}");
    }

    public string ConnectionString { get; }

    /// <summary>Asks without any credentials.</summary>
    public HttpClient Http { get; }

    public BlobServiceClient Service { get; }

    public BlobContainerClient Container { get; }

    /// <summary>Null at Azurite.</summary>
    public BlobService? Blobs { get; }

    public Faults Faults { get; private init; } = new();

    public required Meter Meter { get; init; }

    /// <summary>Starts an account with an empty container.</summary>
    public static async Task<TestAccount> StartAsync(Door door = Door.InProcess, string? directory = null, TimeProvider? time = null)
    {
        var account = door == Door.Azurite ? await AtAzuriteAsync() : await LocalAsync(door, directory, time ?? TimeProvider.System);
        await account.Container.CreateIfNotExistsAsync();
        return account;
    }

    public BlobClientOptions Options() => new(Version)
    {
        Transport = new HttpClientTransport(new HttpClient(_handler, disposeHandler: false)),
        Retry = { MaxRetries = 0 },
    };

    /// <summary>A client with a token of Entra ID instead of the key.</summary>
    public BlobServiceClient WithToken(string? token = null) =>
        new(Service.Uri, new TestCredential(token ?? TestCredential.Good()), Options());

    public async Task<BlobClient> UploadAsync(string name, string text, string type = "text/plain")
    {
        var blob = Container.GetBlobClient(name);
        await blob.UploadAsync(
            BinaryData.FromString(text),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = type } });
        return blob;
    }

    /// <summary>The address of a blob or container, with what a user delegation key signs.</summary>
    public async Task<Uri> DelegateAsync(Uri resource, string permissions, Action<BlobSasBuilder>? change = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        UserDelegationKey key = await WithToken().GetUserDelegationKeyAsync(
            new BlobGetUserDelegationKeyOptions(now.AddHours(1)) { StartsOn = now.AddMinutes(-1) });
        var sas = Builder(resource, permissions, change).ToSasQueryParameters(key, Service.AccountName);
        return new BlobUriBuilder(resource) { Sas = sas }.ToUri();
    }

    /// <summary>The address of a blob or container, with what the account key signs.</summary>
    public Uri Sign(Uri resource, string permissions, Action<BlobSasBuilder>? change = null)
    {
        var key = new Azure.Storage.StorageSharedKeyCredential(Service.AccountName, Convert.ToBase64String(BlobService.Key));
        return new BlobUriBuilder(resource) { Sas = Builder(resource, permissions, change).ToSasQueryParameters(key) }.ToUri();
    }

    /// <summary>Puts a blob as a page does that was given an address.</summary>
    public Task<HttpResponseMessage> PutAsync(Uri address, string text, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new StringContent(text) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Http.SendAsync(request);
    }

    /// <summary>The code of a refusal that the client got.</summary>
    public static async Task<(int Status, string? Code)> RefusedAsync(Func<Task> act)
    {
        var refused = await Assert.ThrowsAnyAsync<RequestFailedException>(act);
        return (refused.Status, refused.ErrorCode);
    }

    /// <summary>The code of a refusal that a page got.</summary>
    public static (int Status, string? Code) Refused(HttpResponseMessage response) => (
        (int)response.StatusCode, response.Headers.TryGetValues("x-ms-error-code", out var codes) ? codes.Single() : null);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _handler.Dispose();
        if (Blobs is not null)
        {
            await Blobs.DisposeAsync();
            await _cosmos!.DisposeAsync();
            await _store!.DisposeAsync();
        }
    }

    private static BlobSasBuilder Builder(Uri resource, string permissions, Action<BlobSasBuilder>? change)
    {
        var address = new BlobUriBuilder(resource);
        var builder = new BlobSasBuilder
        {
            BlobContainerName = address.BlobContainerName,
            BlobName = address.BlobName,
            Resource = address.BlobName.Length == 0 ? "c" : "b",
            StartsOn = TimeProvider.System.GetUtcNow().AddMinutes(-1),
            ExpiresOn = TimeProvider.System.GetUtcNow().AddMinutes(15),
        };
        builder.SetPermissions(permissions, normalize: false);
        change?.Invoke(builder);
        return builder;
    }

    private static async Task<TestAccount> AtAzuriteAsync()
    {
        var azurite = await Azurite.GetAsync();
        return new TestAccount(NewHandler(_ => true), BlobService.ConnectionStringOf(azurite.Address.Port, "https"), null, null, null)
        {
            Meter = new Meter(TimeProvider.System),
        };
    }

    private static async Task<TestAccount> LocalAsync(Door door, string? directory, TimeProvider time)
    {
        var store = directory is null ? LocalStore.InMemory() : await LocalStore.OpenAsync(directory, reset: false, TimeProvider.System);
        var (faults, meter) = (new Faults(), new Meter(time));
        var cosmos = new CosmosService(store, meter, faults, time);
        var service = new BlobService(store, meter, faults, () => cosmos.Certificate, time);
        var port = door == Door.InProcess ? 1 : (await service.ListenAsync(0, CancellationToken.None))!.Value;
        var pem = cosmos.Certificate.ExportCertificatePem();
        var handler = door == Door.InProcess ? service.CreateHandler() : NewHandler(shown => shown.ExportCertificatePem() == pem);
        var scheme = door == Door.Http ? "http" : "https";
        return new TestAccount(handler, BlobService.ConnectionStringOf(port, scheme), store, service, cosmos)
        {
            Faults = faults,
            Meter = meter,
        };
    }

    private static SocketsHttpHandler NewHandler(Func<X509Certificate2, bool> trusts) => new()
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => trusts(new X509Certificate2(shown!)) },
    };
}
