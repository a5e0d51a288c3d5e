using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Chat.Functions.Previews;

/// <summary>Gets pages and pictures of addresses that users name, from the public Internet and nowhere else.</summary>
/// <remarks>
/// A host is resolved once, each of its addresses must be public, and the connection goes to these addresses: there is no second look at
/// the name that could answer otherwise. Every redirect begins anew. No connection is kept, no cookie, no proxy, no credentials.
/// </remarks>
public sealed class PublicWeb : IDisposable
{
    private const int MaxRedirects = 3;
    private const int MaxBytes = 1_000_000;

    /// <summary>For all that one call takes.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly PublicNetwork _network;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public PublicWeb(PublicNetwork network, TimeProvider time)
    {
        _network = network;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        };
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Chat.Functions-LinkPreview", "1.0"));
    }

    /// <summary>Whether an address may be asked for: http or https at its own port, without credentials.</summary>
    public static bool IsAllowed(Uri address) =>
        address is { IsAbsoluteUri: true, UserInfo: "", IsDefaultPort: true }
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && address.Host.Length > 0;

    /// <summary>What is at an address, of at most 1 MB, within 5 s; null for nothing that is taken.</summary>
    /// <param name="address">Where.</param>
    /// <param name="accept">Which content types are taken.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<WebContent?> TryGetAsync(Uri address, string[] accept, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await GetAsync(address, accept, either.Token);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a site does, there is no preview then. What it was isn't told to anybody, nor is where.
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<WebContent?> GetAsync(Uri address, string[] accept, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects && IsAllowed(address); redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd(string.Join(", ", accept));
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)answer.StatusCode is 301 or 302 or 303 or 307 or 308)
            {
                if (answer.Headers.Location is not { } next)
                {
                    return null;
                }

                address = new Uri(address, next);
                continue;
            }

            var type = answer.Content.Headers.ContentType?.MediaType ?? "";
            return answer.StatusCode == HttpStatusCode.OK
                && Array.Exists(accept, one => type.Equals(one, StringComparison.OrdinalIgnoreCase))
                && await ReadAsync(answer.Content, cancellationToken) is { } content
                ? new WebContent(address, content)
                : null;
        }

        return null;
    }

    /// <summary>The body; null if it is too long.</summary>
    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (read.Length + count > MaxBytes)
            {
                return null;
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _network.ResolveAsync(host, cancellationToken);
        if (addresses.Count == 0 || !addresses.All(PublicAddress.Is))
        {
            throw new HttpRequestException("The host isn't one of the public Internet.");
        }

        return await _network.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
    }
}

/// <summary>What was got, and from where in the end.</summary>
public sealed record WebContent(Uri Address, byte[] Bytes);

/// <summary>Names and connections as the system has them.</summary>
public class PublicNetwork
{
    public virtual async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);

    /// <summary>A connection to one of these addresses, which aren't looked up again.</summary>
    public virtual async Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses.ToArray(), port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
