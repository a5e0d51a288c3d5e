using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A host app that is asked about messages: it checks who asks, and decides by what the text says.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly ConcurrentQueue<JsonElement> _questions = [];
    private readonly WebApplication _server;

    private HookReceiver(WebApplication server) => _server = server;

    public IReadOnlyList<JsonElement> Questions => [.. _questions];

    /// <summary>All texts that it was asked about.</summary>
    public List<string> Texts => [.. _questions.SelectMany(question => question.List("messages")).Select(message => message.Text("text")!)];

    /// <summary>What it answers instead of verdicts; null for verdicts.</summary>
    public Func<HttpContext, Task>? Misbehaves { get; set; }

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var receiver = new HookReceiver(server);
        server.Run(receiver.DecideAsync);
        await server.StartAsync();
        return receiver;
    }

    /// <summary>The settings by which the app asks it.</summary>
    public Dictionary<string, string?> Settings(params IEnumerable<(string Name, string Value)> more) => more
        .Append(("Url", $"{_server.Urls.Single()}/hook"))
        .Append(("Key", $"whsec_{Convert.ToBase64String(Secret)}"))
        // As long as a busy machine may take.
        .Append(("TimeoutMilliseconds", "2500"))
        .DistinctBy(one => one.Item1)
        .ToDictionary(one => $"Hooks:BeforeSend:{one.Item1}", one => (string?)one.Item2, StringComparer.Ordinal);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task DecideAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        CheckSignature(http.Request, body);
        var question = JsonDocument.Parse(body).RootElement;
        _questions.Enqueue(question);
        if (Misbehaves is not null)
        {
            await Misbehaves(http);
            return;
        }

        await http.Response.WriteAsJsonAsync(
            new { verdicts = question.List("messages").Select(message => new { action = Action(message) }) });
    }

    private static string Action(JsonElement message) =>
        new[] { "refuse", "hold", "flag" }.FirstOrDefault(word => message.ToString().Contains(word, StringComparison.Ordinal)) ?? "allow";

    /// <summary>As receivers check it: the time is now, and only who has the key can have signed it.</summary>
    private static void CheckSignature(HttpRequest request, string body)
    {
        var (id, timestamp) = (request.Headers["webhook-id"].Single()!, request.Headers["webhook-timestamp"].Single()!);
        Assert.InRange(
            TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture), -86_400, 86_400);
        var expected = Convert.ToBase64String(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
        Assert.Equal($"v1,{expected}", request.Headers["webhook-signature"].Single());
    }
}
