using System.Collections.ObjectModel;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;
using Chat.Local.Store;

namespace Chat.Local.Blobs;

/// <summary>The storage account, of which blobs are served: what the unmodified SDK and browsers talk to.</summary>
/// <remarks>
/// Block blobs with containers, conditions, ranges, copies within the account, shared keys, shared access signatures and CORS. What else
/// Azure does is refused with 501.
/// </remarks>
internal sealed class BlobService : IAsyncDisposable
{
    /// <summary>
    /// The emulator's account, which is public: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite.
    /// </summary>
    public const string AccountName = "devstoreaccount1";

    private const string WellKnownKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const int DefaultPort = 10010;

    private readonly BlobAccount _account;
    private readonly Dispatcher _dispatcher;
    private readonly Func<X509Certificate2> _certificate;
    private readonly TimeProvider _time;
    private readonly List<Listener> _listeners = [];

    /// <param name="certificate">What the account shows to those who come by https.</param>
    public BlobService(LocalStore store, Meter meter, Faults faults, Func<X509Certificate2> certificate, TimeProvider time)
    {
        _certificate = certificate;
        _time = time;
        _account = new BlobAccount(store, time);
        _dispatcher = new Dispatcher(_account, meter, faults, time);
    }

    /// <summary>The bytes of the account's key.</summary>
    public static byte[] Key { get; } = Convert.FromBase64String(WellKnownKey);

    /// <summary>Where it listens; null when it doesn't.</summary>
    public int? Port => _listeners.FirstOrDefault()?.Port;

    /// <summary>Where browsers reach the account.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port ?? DefaultPort}/{AccountName}"));

    /// <summary>How clients reach the account, by its port if it has one.</summary>
    public string ConnectionString => ConnectionStringOf(Port ?? DefaultPort);

    /// <summary>How clients reach an account on a port of this machine, with the emulator's well-known key.</summary>
    public static string ConnectionStringOf(int port, string scheme = "http") => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol={scheme};AccountName={AccountName};AccountKey={WellKnownKey};"
            + $"BlobEndpoint={scheme}://127.0.0.1:{port}/{AccountName};");

    /// <summary>Creates the containers of an app that aren't there yet, for pages of every origin.</summary>
    public void CreateContainers(params IEnumerable<string> names)
    {
        foreach (var name in names.Except(_account.ListContainers().Select(container => container.Name), StringComparer.Ordinal))
        {
            _account.CreateContainer(name, ReadOnlyDictionary<string, string>.Empty);
        }

        _account.ServiceProperties ??= new XElement("Cors", new XElement(
            "CorsRule",
            new XElement("AllowedOrigins", "*"),
            new XElement("AllowedMethods", "GET,HEAD,PUT"),
            new XElement("AllowedHeaders", "*"),
            new XElement("ExposedHeaders", "*"),
            new XElement("MaxAgeInSeconds", "3600"))).ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>A client in this process that has a token, as an app's managed identity gives it.</summary>
    public BlobServiceClient Connect(BlobClientOptions options)
    {
        options.Transport = new HttpClientTransport(new HttpClient(CreateHandler()));
        return new BlobServiceClient(new UriBuilder(Address) { Scheme = Uri.UriSchemeHttps }.Uri, new LocalCredential(), options);
    }

    /// <summary>A message handler for one client, whatever the port in its address. Disposing it breaks that client only.</summary>
    public HttpMessageHandler CreateHandler() => new InProcessHandler(_dispatcher);

    /// <summary>
    /// Also serves the account on a port of this machine, by http and https, until it is disposed; null when the port is taken.
    /// </summary>
    /// <param name="port">The port; 0 for one that is free.</param>
    public async Task<int?> ListenAsync(int port, CancellationToken cancellationToken)
    {
        if (await Listener.StartAsync(_dispatcher, _certificate(), port, _time, cancellationToken) is not { } listener)
        {
            return null;
        }

        _listeners.Add(listener);
        return listener.Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }
    }
}
