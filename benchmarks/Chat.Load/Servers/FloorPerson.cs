using System.Net.Http.Headers;
using System.Text;

namespace Chat.Load.Servers;

/// <summary>Someone who uses the floor.</summary>
internal sealed class FloorPerson(HttpClient http, string name, Device device) : IPerson
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private int _pages;

    public string Name => name;

    public async Task JoinAsync(string conversation)
    {
        var joined = device.ReceivesAsync(conversation);
        await device.SendAsync($$"""{"type":1,"invocationId":"{{conversation}}","target":"Join","arguments":["{{conversation}}"]}""");
        await joined;
    }

    public async Task SendAsync(string conversation, string id, string text)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","sender":"{{name}}","text":"{{text}}"}"""));
        content.Headers.ContentType = Json;
        using var answer = await http.PostAsync(new Uri($"/conversations/{conversation}/messages", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public Task ReceivesAsync(string id) => device.ReceivesAsync(id);

    public async Task ReadPageAsync(string conversation, bool deep)
    {
        using var answer = await http.GetAsync(
            new Uri($"/conversations/{conversation}/messages{(deep ? $"?before={DeepPage.Before(_pages++)}" : "")}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null);
    }

    public ValueTask DisposeAsync() => device.DisposeAsync();
}
