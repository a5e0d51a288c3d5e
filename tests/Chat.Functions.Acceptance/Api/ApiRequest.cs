using System.Collections.Immutable;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Api;

/// <summary>A request of an operation, down to the bytes, so that any part can be replaced by what no client would send.</summary>
internal sealed record ApiRequest(ApiOperation Operation)
{
    /// <summary>Which of the operation's examples it is; its own when it has but one.</summary>
    public string Name { get; init; } = "it";

    public string Method { get; init; } = Operation.Method;

    /// <summary>The values of the path's parameters, as they stand in the address.</summary>
    public ImmutableDictionary<string, string> Path { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Names and values, as they stand in the address.</summary>
    public ImmutableList<(string Name, string Value)> Query { get; init; } = [];

    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary.Create<string, string>(
        StringComparer.OrdinalIgnoreCase);

    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = "application/json";

    public string Target =>
        "/api" + Path.Aggregate(
            Operation.Path,
            (path, parameter) => path.Replace($"{{{parameter.Key}}}", parameter.Value, StringComparison.Ordinal))
        + (Query.IsEmpty ? "" : "?" + string.Join('&', Query.Select(parameter => $"{parameter.Name}={parameter.Value}")));

    /// <summary>The request with a parameter's value instead of the one it has.</summary>
    public ApiRequest With(ApiParameter parameter, string value) => parameter.In == "header"
        ? this with { Headers = Headers.SetItem(parameter.Name, value) }
        : WithRaw(parameter, Uri.EscapeDataString(value));

    /// <summary>The request with what is to stand in the address for a parameter.</summary>
    public ApiRequest WithRaw(ApiParameter parameter, string value) => parameter.In == "path"
        ? this with { Path = Path.SetItem(parameter.Name, value) }
        : this with { Query = Query.RemoveAll(other => other.Name == parameter.Name).Add((parameter.Name, value)) };

    /// <summary>Sends it, and again while the app asks for that, or the worker's package has nothing to say but 500.</summary>
    public Task<ApiAnswer> SendAsync(HttpClient http) =>
        Eventually.SeesAsync(() => SendOnceAsync(http), answer => answer is not ({ Status: 503 } or { Status: 500, Text: "" }));

    private async Task<ApiAnswer> SendOnceAsync(HttpClient http)
    {
        // As it stands: by itself, Uri would mend it.
        var address = new Uri(
            http.BaseAddress!.GetLeftPart(UriPartial.Authority) + Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(Method), address);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }

        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await http.SendAsync(request);
        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType ?? "",
            await answer.Content.ReadAsStringAsync(),
            answer.Headers.Contains("Chat-Session"),
            [.. answer.Content.Headers.Allow]);
    }
}

/// <summary>What came back.</summary>
internal sealed record ApiAnswer(int Status, string MediaType, string Text, bool HasSession, IReadOnlyList<string> Allow)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    /// <summary>A refusal's code; empty when there is no body.</summary>
    public string Code => Text.Length == 0 ? "" : Json.GetProperty("code").GetString()!;

    /// <summary>Where a refusal points to, and why.</summary>
    public IReadOnlyList<(string Pointer, string Code)> Faults =>
        Text.Length > 0 && Json.TryGetProperty("errors", out var faults)
            ? [.. faults.EnumerateArray()
                .Select(fault => (fault.GetProperty("pointer").GetString()!, fault.GetProperty("code").GetString()!))]
            : [];

    public override string ToString() => $"{Status} {Text}";
}
