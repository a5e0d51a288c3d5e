using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Shared;
using Chat.Local;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// Copies of a direct conversation with other people's ids, written into the store past the app: as many as no story could send.
/// </summary>
internal static class CopiedConversations
{
    private const int AtOnce = 32;
    private static readonly string[] ByTheStore = ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"];

    /// <summary>Writes the copies, each document by document in the order of the log.</summary>
    /// <param name="azure">Where the conversation is.</param>
    /// <param name="conversation">It.</param>
    /// <param name="peer">Whom each copy has another for: the n-th is called as <see cref="Peer"/> says.</param>
    /// <param name="count">How many.</param>
    /// <param name="age">How much older than it.</param>
    /// <returns>Their ids.</returns>
    public static async Task<List<string>> WriteAsync(LocalAzure azure, string conversation, string peer, int count, TimeSpan age)
    {
        var documents = await ReadAsync(azure, conversation, age);
        var copies = Enumerable.Range(0, count).Select(_ => ConversationId.New().Value).ToList();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
        {
            foreach (var document in documents)
            {
                var copy = document.Replace(conversation, copies[n], StringComparison.Ordinal)
                    .Replace(peer, Peer(peer, n), StringComparison.Ordinal);
                await azure.Cosmos.UpsertDocumentAsync(
                    ChatContainers.Database, ChatContainers.ConversationsName, copies[n], Encoding.UTF8.GetBytes(copy));
            }
        });
        return copies;
    }

    /// <summary>The other one in the n-th copy.</summary>
    public static string Peer(string peer, int n) => string.Create(CultureInfo.InvariantCulture, $"{peer}-{n:00000}");

    /// <summary>The conversation's documents, older and without what the store adds.</summary>
    private static async Task<List<string>> ReadAsync(LocalAzure azure, string conversation, TimeSpan age)
    {
        List<string> documents = [];
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var page = await azure.Cosmos.ReadChangesAsync(
                ChatContainers.Database, ChatContainers.ConversationsName, range, 0, int.MaxValue);
            foreach (var document in page.Documents.Select(body => JsonNode.Parse(body.Span)!.AsObject())
                .Where(one => (string?)one["conversationId"] == conversation))
            {
                foreach (var name in ByTheStore)
                {
                    document.Remove(name);
                }

                Age(document, age);
                documents.Add(document.ToJsonString());
            }
        }

        return documents;
    }

    private static void Age(JsonNode? node, TimeSpan age)
    {
        if (node is JsonArray array)
        {
            array.ToList().ForEach(one => Age(one, age));
            return;
        }

        foreach (var (name, value) in (node as JsonObject)?.ToList() ?? [])
        {
            if ((name == "at" || name.EndsWith("At", StringComparison.Ordinal)) && value?.GetValueKind() == JsonValueKind.String)
            {
                node![name] = (DateTimeOffset.Parse((string)value!, CultureInfo.InvariantCulture) - age).UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            }
            else
            {
                Age(value, age);
            }
        }
    }
}
