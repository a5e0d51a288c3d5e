using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Azure.SignalR.Common;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The package's requests in transient mode, one a call, and what it makes of the answers. It tries nothing twice.</summary>
internal sealed class RestClient(ServiceEndpoint endpoint, string hub, ObjectSerializer? serializer, HttpClient http, TimeProvider time)
{
    private const string Version = "?api-version=2022-06-01";
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);
    private static readonly ILookup<string, string> Caller =
        new[] { $"{Environment.MachineName}_{Guid.NewGuid():N}" }.ToLookup(_ => ClaimTypes.NameIdentifier, StringComparer.Ordinal);

    private readonly ObjectSerializer _serializer = serializer
        ?? throw new InvalidOperationException("The stand-in for Microsoft.Azure.SignalR.Management needs UseJsonObjectSerializer.");

    public async Task SendAsync(
        string path,
        string method,
        object?[] arguments,
        IEnumerable<string> excluded,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        var query = string.Concat(excluded.Select(id => $"&excluded={Uri.EscapeDataString(id)}"));
        using var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes($"{{\"Target\":\"{JsonEncodedText.Encode(method)}\",\"Arguments\":"));
        await _serializer.SerializeAsync(body, arguments, typeof(object[]), cancellationToken);
        body.Write("}"u8);
        body.Position = 0;
        using var content = new StreamContent(body) { Headers = { ContentType = Json } };
        await AskAsync(HttpMethod.Post, $"{path}/:send", query, absent: null, content, cancellationToken);
    }

    /// <summary>False if the answer is a 404 with the code that says so; any other refusal is an exception.</summary>
    /// <param name="absent">The code that means false.</param>
    public async Task<bool> AskAsync(
        HttpMethod method,
        string path,
        string query,
        string? absent,
        HttpContent? content,
        CancellationToken cancellationToken)
    {
        var resource = $"api/hubs/{hub}{path}{Version}";
        using var request = new HttpRequestMessage(method, endpoint.Server + resource + query) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            endpoint.Sign(endpoint.Audience + resource, Caller, time.GetUtcNow() + TokenLifetime));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode || await IsAbsentAsync(request, response, absent, isSend: content is not null);
        }
        catch (HttpRequestException broken)
        {
            throw new AzureSignalRException($"An error happened when making request to {request.RequestUri}", broken);
        }
    }

    private static async Task<bool> IsAbsentAsync(HttpRequestMessage request, HttpResponseMessage response, string? absent, bool isSend)
    {
        var status = response.StatusCode;
        if (status == HttpStatusCode.NotFound
            && absent is not null && response.Headers.TryGetValues("x-ms-error-code", out var codes) && codes.First() == absent)
        {
            return false;
        }

        var text = $"Response status code does not indicate success: {(int)status} ({response.ReasonPhrase})";
        if (status > HttpStatusCode.InternalServerError
            || (!isSend && status is HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout))
        {
            // What could be tried again loses its status on the way.
            throw new AzureSignalRRuntimeException(request.RequestUri, new HttpRequestException(text));
        }

        var inner = new HttpRequestException(text, inner: null, status);
        throw status switch
        {
            HttpStatusCode.BadRequest =>
                new AzureSignalRInvalidArgumentException(request.RequestUri, inner, await response.Content.ReadAsStringAsync()),
            HttpStatusCode.Unauthorized => new AzureSignalRUnauthorizedException(request.RequestUri, inner),
            HttpStatusCode.NotFound => new AzureSignalRInaccessibleEndpointException(request.RequestUri, inner),
            _ => new AzureSignalRRuntimeException(request.RequestUri, inner),
        };
    }
}
