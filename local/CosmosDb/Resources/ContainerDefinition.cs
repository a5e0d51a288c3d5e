using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>What a container was declared as: its name, partition key, time to live and indexing.</summary>
internal sealed class ContainerDefinition
{
    public ContainerDefinition(JsonElement json)
    {
        Id = json.GetProperty("id").GetString()!;
        PartitionKey = json.GetProperty("partitionKey").Clone();
        KeyPaths = [.. PartitionKey.GetProperty("paths").EnumerateArray().Select(path => JsonPath.Parse(path.GetString()!))];
        DefaultTtl = json.TryGetProperty("defaultTtl", out var ttl) && ttl.ValueKind == JsonValueKind.Number ? ttl.GetInt32() : null;
        Indexing = new IndexingPolicy(json.TryGetProperty("indexingPolicy", out var policy) ? policy.Clone() : default);
    }

    public string Id { get; }

    public JsonElement PartitionKey { get; }

    public IReadOnlyList<JsonPath> KeyPaths { get; }

    /// <summary>Seconds from the last write; -1 when only documents with a <c>ttl</c> of their own vanish; null when none do.</summary>
    public int? DefaultTtl { get; }

    public IndexingPolicy Indexing { get; }

    /// <summary>When a document vanishes, in Unix seconds.</summary>
    public long ExpiryOf(long writtenAt, int? ttl) => DefaultTtl is { } standard && (ttl ?? standard) is > 0 and var seconds ? writtenAt + seconds : long.MaxValue;

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WritePropertyName("partitionKey");
        PartitionKey.WriteTo(json);
        json.WritePropertyName("indexingPolicy");
        Indexing.Json.WriteTo(json);
        if (DefaultTtl is { } ttl)
        {
            json.WriteNumber("defaultTtl", ttl);
        }
    }
}
