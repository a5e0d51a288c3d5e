using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Chat.Load.Servers;

/// <summary>Someone who uses the backend.</summary>
internal sealed class User(HttpClient http, string name, string? role = null) : IPerson
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly AuthenticationHeaderValue _authorization = new("Bearer", AccessToken.For(name, role));
    private Device? _device;
    private int _pages;

    public string Name => name;

    /// <summary>A direct conversation with one other, or a group with several.</summary>
    public async Task<string> CreateAsync(IReadOnlyList<string> others)
    {
        var members = string.Join(',', others.Select(other => $"\"{other}\""));
        var kind = others.Count == 1 ? "\"direct\"" : "\"group\",\"title\":\"Load\"";
        return (await AskAsync("POST", "/api/conversations", $$"""{"kind":{{kind}},"members":[{{members}}]}"""))
            .GetProperty("conversationId")
            .GetString()!;
    }

    public async Task SendAsync(string conversation, string id, string text)
    {
        using var answer = await PostAsync(conversation, id, text);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Sends a message that may be refused; the status.</summary>
    public async Task<HttpStatusCode> TrySendAsync(string conversation, string id, string text)
    {
        using var answer = await PostAsync(conversation, id, text);
        return answer.StatusCode;
    }

    public Task ReceivesAsync(string id) => _device!.ReceivesAsync(id);

    /// <summary>What the last message that was waited for weighed on the way to the device.</summary>
    public int PushedBytes => _device!.Weight;

    public Task ReadPageAsync(string conversation, bool deep) =>
        GetAsync($"/api/conversations/{conversation}/messages?limit=50{(deep ? $"&beforeSeq={DeepPage.Before(_pages++)}" : "")}");

    /// <summary>Gets something and reads it to the end.</summary>
    public async Task GetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null);
    }

    /// <summary>Connects a device that receives the user's events.</summary>
    public async Task ListenAsync()
    {
        var negotiated = await AskAsync("POST", "/api/realtime/negotiate?negotiateVersion=1", "");
        _device = await Device.ConnectAsync(negotiated.GetProperty("url").GetString()!, negotiated.GetProperty("accessToken").GetString()!);
    }

    /// <summary>Does anything; on return it is answered, with what is told here. Throws when it was refused.</summary>
    public async Task<JsonElement> AskAsync(string method, string path, string? body)
    {
        using var answer = await SendAsync(new HttpMethod(method), path, body);
        var text = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path} was refused: {Encoding.UTF8.GetString(text)}");
        }

        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public ValueTask DisposeAsync() => _device?.DisposeAsync() ?? default;

    private Task<HttpResponseMessage> PostAsync(string conversation, string id, string text) =>
        SendAsync(HttpMethod.Post, $"/api/conversations/{conversation}/messages", $$"""{"clientMessageId":"{{id}}","text":"{{text}}"}""");

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body)
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content?.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = _authorization;
        return await http.SendAsync(request);
    }
}
