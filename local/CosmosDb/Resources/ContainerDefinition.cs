using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>What a container was declared as: its name, partition key, time to live, indexing and unique keys.</summary>
internal sealed class ContainerDefinition
{
    private readonly JsonElement _uniqueKeyPolicy;

    /// <summary>Takes a definition as it stands. One that comes from outside goes through <see cref="ContainerRules"/> first.</summary>
    public ContainerDefinition(JsonElement json)
    {
        Id = json.GetProperty("id").GetString()!;
        var key = json.GetProperty("partitionKey");
        KeyPaths = PathsIn(key);
        PartitionKey = JsonSerializer.SerializeToElement(new
        {
            paths = key.GetProperty("paths"),
            kind = key.TryGetProperty("kind", out var kind) ? kind.GetString() : "Hash",
            version = ContainerRules.KeyVersion,
        });
        DefaultTtl = json.TryGetProperty("defaultTtl", out var ttl) && ttl.ValueKind == JsonValueKind.Number ? ttl.GetInt32() : null;
        Indexing = new IndexingPolicy(json.TryGetProperty("indexingPolicy", out var policy) ? policy : default);
        if (json.TryGetProperty("uniqueKeyPolicy", out var unique)
            && unique.ValueKind == JsonValueKind.Object
            && unique.TryGetProperty("uniqueKeys", out var keys))
        {
            _uniqueKeyPolicy = unique.Clone();
            UniqueKeys = [.. keys.EnumerateArray().Select(PathsIn)];
        }

        Stamp = ResourceStamp.Read(json);
    }

    public string Id { get; }

    /// <summary>The key as clients see it, with the version of its hash, without which the SDK looks in the wrong range.</summary>
    public JsonElement PartitionKey { get; }

    public IReadOnlyList<JsonPath> KeyPaths { get; }

    /// <summary>Seconds from the last write; -1 when only documents with a <c>ttl</c> of their own vanish; null when none do.</summary>
    public int? DefaultTtl { get; }

    public IndexingPolicy Indexing { get; }

    /// <summary>The paths whose values, taken together, no two documents of a partition key share.</summary>
    public IReadOnlyList<IReadOnlyList<JsonPath>> UniqueKeys { get; } = [];

    /// <summary>Set before anybody else sees the definition.</summary>
    public ResourceStamp Stamp { get; set; }

    /// <summary>When a document vanishes, in Unix seconds.</summary>
    public long ExpiryOf(long writtenAt, int? ttl) =>
        DefaultTtl is { } standard && (ttl ?? standard) is > 0 and var seconds ? writtenAt + seconds : long.MaxValue;

    /// <summary>Which of the parts that never change differs from another definition's; null when none does.</summary>
    public string? FixedPartThatDiffers(ContainerDefinition other) =>
        Id != other.Id ? "id"
        : !KeyPaths.SequenceEqual(other.KeyPaths) ? "partition key"
        : !UniqueKeys.Select(TextOf).SequenceEqual(other.UniqueKeys.Select(TextOf), StringComparer.Ordinal) ? "unique key policy"
        : null;

    /// <summary>The definition as clients see it, and as the store keeps it.</summary>
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

        if (UniqueKeys.Count > 0)
        {
            json.WritePropertyName("uniqueKeyPolicy");
            _uniqueKeyPolicy.WriteTo(json);
        }

        json.WritePropertyName("conflictResolutionPolicy");
        json.WriteRawValue("""{"mode":"LastWriterWins","conflictResolutionPath":"/_ts","conflictResolutionProcedure":""}""");
        json.WritePropertyName("geospatialConfig");
        json.WriteRawValue("""{"type":"Geography"}""");
        Stamp.WriteTo(json);
    }

    private static JsonPath[] PathsIn(JsonElement json) =>
        [.. json.GetProperty("paths").EnumerateArray().Select(path => JsonPath.Parse(path.GetString()!))];

    private static string TextOf(IReadOnlyList<JsonPath> paths) => string.Join(',', paths);
}
