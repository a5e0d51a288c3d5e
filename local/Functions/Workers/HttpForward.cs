using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Chat.Local.Functions.Workers;

/// <summary>Hands requests on to a worker, over a Unix socket.</summary>
internal sealed class HttpForward : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private static readonly UriCreationOptions AsItStands = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly HashSet<string> BetweenTwo = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
    };

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);

    private readonly UnixDomainSocketEndPoint _address;
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly HttpMessageInvoker _client;

    /// <param name="socket">Where the worker listens.</param>
    /// <param name="connectsWithin">How long a request may wait for a connection: less than the 15 s for which its function waits.</param>
    public HttpForward(string socket, TimeSpan? connectsWithin = null)
    {
        _address = new UnixDomainSocketEndPoint(socket);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) => await ConnectInTurnAsync(cancellationToken),
            ConnectTimeout = connectsWithin ?? TimeSpan.FromSeconds(10),
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        });
    }

    /// <summary>How long a worker may take from its connection until it listens.</summary>
    public TimeSpan ListensWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The socket as an address that Kestrel takes: a slash and the path, which has a slash of its own except on Windows.
    /// </summary>
    public static string Url(string socket) => socket.StartsWith('/') ? $"http://unix:{socket}" : $"http://unix:/{socket}";

    /// <summary>Waits until the worker listens, which it may not do yet when it has connected; false when it ended before.</summary>
    /// <exception cref="HostRefusedException">It took too long.</exception>
    public async Task<bool> AreTakenAsync(Task ended)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!ended.IsCompleted)
        {
            try
            {
                await using var connection = await ConnectAsync(CancellationToken.None);
                return true;
            }
            catch (SocketException failed)
            {
                if (TimeProvider.System.GetElapsedTime(start) >= ListensWithin)
                {
                    throw new HostRefusedException(
                        $"The worker doesn't listen for requests after {ListensWithin.TotalSeconds} s: {failed.Message}.");
                }

                await Task.Delay(BetweenTries, TimeProvider.System);
            }
        }

        return false;
    }

    /// <summary>Sends a request to the worker; the result is its answer, of which only the headers have been read.</summary>
    /// <exception cref="HttpRequestException">The worker gave no answer.</exception>
    /// <exception cref="BadHttpRequestException">The request's body couldn't be read.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpContext http, string invocationId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), Target(http));
        if (http.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody)
        {
            request.Content = new CallersBody(http.Request);
        }

        // Unchecked, and Host too: the server let through what the client's own check refuses.
        foreach (var (name, values) in http.Request.Headers)
        {
            if (!BetweenTwo.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        request.Headers.TryAddWithoutValidation("X-Forwarded-For", http.Connection.RemoteIpAddress?.ToString());
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", http.Request.Scheme);
        request.Headers.TryAddWithoutValidation("x-ms-invocation-id", invocationId);
        try
        {
            return await _client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failed) when (Unreadable(failed) is { } unreadable)
        {
            throw new BadHttpRequestException(unreadable.Message, unreadable.StatusCode, failed);
        }
    }

    /// <summary>Gives the worker's answer to the caller as it comes. It begins with the first byte of the body.</summary>
    /// <param name="answer">The worker's answer.</param>
    /// <param name="http">The caller's request.</param>
    /// <param name="isGood">Says, before an answer without a body begins, whether it is to; the function has ended then.</param>
    public static async Task<bool> TryReturnAsync(HttpResponseMessage answer, HttpContext http, Func<Task<bool>> isGood)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var length = await body.ReadAsync(buffer, http.RequestAborted);
            if (length == 0 && !await isGood())
            {
                return false;
            }

            http.Response.StatusCode = (int)answer.StatusCode;
            Copy(answer.Headers.NonValidated, http.Response.Headers);
            Copy(answer.Content.Headers.NonValidated, http.Response.Headers);
            for (; length > 0; length = await body.ReadAsync(buffer, http.RequestAborted))
            {
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, length), http.RequestAborted);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Connects once the worker has room. Unlike TCP, a Unix socket refuses at once when more connections wait to be accepted than it keeps
    /// (EAGAIN). Whoever meets that tries again, and the others stand behind it.
    /// </summary>
    private async Task<NetworkStream> ConnectInTurnAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    return await ConnectAsync(cancellationToken);
                }
                catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
                {
                    await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);
                }
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<NetworkStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(_address, cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static BadHttpRequestException? Unreadable(Exception failed) =>
        failed as BadHttpRequestException ?? (failed.InnerException is { } inner ? Unreadable(inner) : null);

    private static void Copy(System.Net.Http.Headers.HttpHeadersNonValidated from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (!BetweenTwo.Contains(name))
            {
                to[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
            }
        }
    }

    /// <summary>
    /// The address as the caller wrote it: nothing in it is made anything else. Callers of proxies write the server before the path.
    /// </summary>
    private static Uri Target(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new Uri(
            "http://worker" + (target.StartsWith('/') ? target : http.Request.Path.ToUriComponent() + http.Request.QueryString),
            AsItStands);
    }
}
