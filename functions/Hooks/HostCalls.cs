using System.Net.Http.Headers;
using System.Text;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>Calls the host app: signed, over the address that the operator chose and no other.</summary>
/// <remarks>
/// No redirects, no proxy, no cookies, an answer of at most 64 KB. Nothing here logs an address, which may have users' ids.
/// </remarks>
public sealed class HostCalls : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public HostCalls(TimeProvider time)
    {
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Whether an address may be called: https, or http on this machine, without credentials.</summary>
    internal static bool IsAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>Checks an address that may be absent, and the key that it needs.</summary>
    /// <exception cref="InvalidOperationException">They can't be used; the message names the setting.</exception>
    internal static void Check(string url, string key, string urlSetting, string keySetting)
    {
        if (url.Length > 0 && !IsAddress(url))
        {
            throw new InvalidOperationException($"Setting {urlSetting} must be an absolute https address without credentials.");
        }

        if (url.Length > 0 && !WebhookSignature.IsKey(key))
        {
            throw new InvalidOperationException($"Setting {keySetting} must be whsec_ and 24 to 64 bytes in base64.");
        }
    }

    /// <summary>Posts JSON.</summary>
    /// <param name="url">Where.</param>
    /// <param name="key">The key that signs it.</param>
    /// <param name="id">By which the host app knows a repeat.</param>
    /// <param name="body">What.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer's body.</returns>
    /// <exception cref="HttpRequestException">It wasn't answered by 2xx.</exception>
    internal async Task<byte[]> PostAsync(string url, string key, string id, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        WebhookSignature.Sign(request, key, id, _time.GetUtcNow(), body);
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Gets an address with a query, which is what is signed.</summary>
    /// <exception cref="HttpRequestException">It wasn't answered by 2xx.</exception>
    internal async Task<byte[]> GetAsync(string url, string key, string query, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(url);
        address.Query = address.Query.Length > 1 ? $"{address.Query}&{query}" : query;
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
        WebhookSignature.Sign(request, key, OpaqueId.Random(), _time.GetUtcNow(), Encoding.ASCII.GetBytes(address.Uri.Query[1..]));
        return await SendAsync(request, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
