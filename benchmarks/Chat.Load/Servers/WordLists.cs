using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Load.Servers;

/// <summary>Gives a backend word lists, as operators do: documents in Cosmos DB, none of whose words anybody writes but one.</summary>
internal static class WordLists
{
    public const int Lists = 5;
    public const int Words = 1_000;

    /// <summary>The emulator's well-known key: https://learn.microsoft.com/azure/cosmos-db/emulator.</summary>
    private const string Key = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private const string Collection = "dbs/chat/colls/settings";
    private const string Refused = "refusedword";

    /// <summary>Longer than the app takes to notice lists.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <param name="server">The backend.</param>
    /// <param name="cosmosPort">Where its Cosmos DB is served.</param>
    public static async Task GiveAsync(ChatServer server, string cosmosPort)
    {
        using var cosmos = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{cosmosPort}/") };
        var random = new Random(1);
        string Word() => new([.. Enumerable.Range(0, random.Next(4, 13)).Select(_ => (char)('a' + random.Next(26)))]);
        for (var n = 0; n < Lists; n++)
        {
            IEnumerable<string> words = [Refused, .. Enumerable.Range(1, Words - 1).Select(_ => $"{Word()}q")];
            var match = n % 2 == 0 ? "word" : "anywhere";
            await StoreAsync(
                cosmos, JsonSerializer.Serialize(new { type = "wordList", id = $"list-{n}", action = "refuse", match, words }));
        }

        await ApplyAsync(server);
    }

    private static async Task StoreAsync(HttpClient cosmos, string document)
    {
        var date = TimeProvider.System.GetUtcNow().ToString("R");
        var signed = $"post\ndocs\n{Collection}\n{date.ToLowerInvariant()}\n\n";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(signed)));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Collection}/docs")
        {
            Content = new StringContent(document, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("x-ms-date", date);
        request.Headers.TryAddWithoutValidation("x-ms-version", "2018-12-31");
        request.Headers.TryAddWithoutValidation("x-ms-documentdb-partitionkey", "[\"wordList\"]");
        request.Headers.TryAddWithoutValidation("Authorization", Uri.EscapeDataString($"type=master&ver=1.0&sig={signature}"));
        using var answer = await cosmos.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a listed word is refused.</summary>
    private static async Task ApplyAsync(ChatServer server)
    {
        var user = new User(server.Http, "reader-of-lists");
        var conversation = await user.CreateAsync(["somebody"]);
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        for (var n = 0; ; n++)
        {
            if (await user.TrySendAsync(conversation, $"try-{n}", Refused) == HttpStatusCode.UnprocessableEntity)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, patience.Token);
        }
    }
}
