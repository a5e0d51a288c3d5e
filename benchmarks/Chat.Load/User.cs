using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Chat.Load;

/// <summary>Someone who uses the backend, with as little work as possible on this side.</summary>
internal sealed class User(HttpClient http, string name)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly AuthenticationHeaderValue _authorization = new("Bearer", AccessToken.For(name));

    public async Task<string> StartDirectAsync(string other) =>
        await CreateAsync($$"""{"kind":"direct","members":["{{other}}"]}""");

    public async Task<string> CreateGroupAsync(IEnumerable<string> members) =>
        await CreateAsync($$"""{"kind":"group","title":"Load","members":[{{string.Join(',', members.Select(member => $"\"{member}\""))}}]}""");

    /// <summary>Sends a message; on return the backend has answered that it is committed.</summary>
    public async Task SendAsync(string conversation, string clientMessageId, string text)
    {
        using var answer = await PostAsync($"/api/conversations/{conversation}/messages", $$"""{"clientMessageId":"{{clientMessageId}}","text":"{{text}}"}""");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Connects a device that receives the user's events.</summary>
    public async Task<Device> ConnectAsync()
    {
        using var answer = await PostAsync("/api/realtime/negotiate?negotiateVersion=1", "");
        using var negotiated = await ReadAsync(answer);
        return await Device.ConnectAsync(negotiated.RootElement.GetProperty("url").GetString()!, negotiated.RootElement.GetProperty("accessToken").GetString()!);
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

    private async Task<string> CreateAsync(string body) =>
        (await AskAsync("POST", "/api/conversations", body)).GetProperty("conversationId").GetString()!;

    private Task<HttpResponseMessage> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body)
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content?.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = _authorization;
        return await http.SendAsync(request);
    }

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage answer)
    {
        answer.EnsureSuccessStatusCode();
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
    }
}
