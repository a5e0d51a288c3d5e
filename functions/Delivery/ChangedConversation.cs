using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>The changes of one conversation in a page of the change feed.</summary>
/// <param name="Head">The head, if it is among the changes and is as new as the entries.</param>
/// <param name="Entries">Entries that are new, or were changed since they were committed.</param>
/// <param name="Unreadable">Documents that this version can't read, or that the page doesn't show as they are stored.</param>
public sealed record ChangedConversation(
    ConversationId ConversationId,
    Head? Head,
    IReadOnlyList<LogEntry> Entries,
    IReadOnlyList<ProjectDocument> Unreadable)
{
    /// <summary>Reads a page and groups it by conversation. Documents that no inbox depends on are left out.</summary>
    /// <param name="page">The page, a JSON array.</param>
    /// <param name="documents">How many documents it has, with those that are left out.</param>
    public static IReadOnlyList<ChangedConversation> Read(string page, out int documents)
    {
        using var all = JsonDocument.Parse(page);
        documents = all.RootElement.GetArrayLength();
        var projected = all.RootElement.EnumerateArray().Where(IsProjected);
        return [.. projected.GroupBy(ConversationOf).Select(one => Read(one.Key, one))];
    }

    /// <summary>The ranges of entries that cover these changes; the head's last entry when only the head changed.</summary>
    public IReadOnlyList<ProjectEntries> Ranges()
    {
        List<ProjectEntries> runs = [];
        foreach (var seq in Entries.Select(entry => entry.Seq).DefaultIfEmpty(Head?.LastSeq ?? 0).Where(seq => seq > 0).Order())
        {
            if (runs is [.., var last] && seq <= last.Last + 1)
            {
                runs[^1] = last with { Last = seq };
            }
            else
            {
                runs.Add(new ProjectEntries { ConversationId = ConversationId, First = seq, Last = seq });
            }
        }

        return runs;
    }

    /// <summary>Decodes a document as a head or an entry; both are null for other documents.</summary>
    /// <exception cref="JsonException">This version can't read it.</exception>
    public static (Head? Head, LogEntry? Entry) Decode(JsonElement document) => document.GetProperty("type").GetString() switch
    {
        "head" => (document.Deserialize(ChatJson.Default.Head), null),
        "message" or "event" => (null, document.Deserialize(ChatJson.Default.LogEntry)),
        _ => default,
    };

    private static bool IsProjected(JsonElement document) => Text(document, "type") is "head" or "message" or "event";

    private static ConversationId ConversationOf(JsonElement document) => new(Text(document, "conversationId") ?? "");

    private static ChangedConversation Read(ConversationId conversation, IEnumerable<JsonElement> documents)
    {
        Head? head = null;
        List<LogEntry> entries = [];
        List<ProjectDocument> unreadable = [];
        foreach (var document in documents)
        {
            try
            {
                var (changed, entry) = IsAsStored(document) ? Decode(document) : throw new JsonException();
                head = changed ?? head;
                entries.AddRange(entry is null ? [] : [entry]);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
            {
                // One document that can't be read mustn't hold up the feed for all others.
                unreadable.Add(new ProjectDocument
                {
                    ConversationId = conversation,
                    DocumentId = Text(document, "id") ?? "",
                    ETag = Text(document, "_etag") ?? "",
                });
            }
        }

        // Pages cut commits: a head may be older than an entry beside it. Without it the projection reads a newer one.
        return new(conversation, entries.Exists(entry => entry.Seq > head?.LastSeq) ? null : head, entries, unreadable);
    }

    /// <summary>Whether the page shows a document as it is stored.</summary>
    /// <remarks>
    /// The trigger reads documents with Newtonsoft.Json, which parses every text that looks like an instant and writes it in another form
    /// (CosmosDBTriggerValueBinder in https://github.com/Azure/azure-webjobs-sdk-extensions). An instant stays the same instant. Ids,
    /// names and what people wrote would change.
    /// </remarks>
    private static bool IsAsStored(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => IsInstant(member.Name) || IsAsStored(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsAsStored),
        JsonValueKind.String => !LooksLikeInstant(value.GetString()!),
        _ => true,
    };

    private static bool IsInstant(string name) => name == "at" || name.EndsWith("At", StringComparison.Ordinal);

    private static bool LooksLikeInstant(string text) =>
        text.Length >= 19 && (text[4], text[7], text[10], text[13]) == ('-', '-', 'T', ':');

    private static string? Text(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object
            && document.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
