using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A container as the store keeps it.</summary>
/// <param name="Number">Its record's number; with the database's, it makes its resource id.</param>
/// <param name="Seed">A random number that its ETags carry.</param>
internal sealed record ContainerRecord(long Number, long Database, string DatabaseId, long Seed)
{
    public const string Space = "cosmos containers";

    /// <summary>Of containers that count as deleted, and of which something is left.</summary>
    public const string DeletedSpace = "cosmos deleted containers";

    public string ResourceId { get; } = Resources.ResourceId.OfContainer(Database, Number);

    /// <summary>Where it is by resource ids.</summary>
    public string SelfPath => $"dbs/{Resources.ResourceId.OfDatabase(Database)}/colls/{ResourceId}/";

    /// <summary>The orders that its indexes give, besides that of creation.</summary>
    public IReadOnlyList<SortOrder> Orders { get; init; } = [];

    /// <summary>The time to live that the index of what expires was made with.</summary>
    public int? ExpiryFor { get; init; }

    public string RangeSpace => string.Create(CultureInfo.InvariantCulture, $"cosmos ranges {Number}");

    public static (ContainerRecord Record, ContainerDefinition Definition) Read(Record stored)
    {
        using var json = JsonDocument.Parse(stored.Value);
        var root = json.RootElement;
        return (
            new ContainerRecord(
                stored.Id,
                root.GetProperty("database").GetInt64(),
                root.GetProperty("databaseId").GetString()!,
                root.GetProperty("seed").GetInt64())
            {
                Orders = [.. root.GetProperty("orders").EnumerateArray().Select(ReadOrder)],
                ExpiryFor = root.TryGetProperty("expiryFor", out var ttl) ? ttl.GetInt32() : null,
            },
            new ContainerDefinition(root));
    }

    public Record Stored(ContainerDefinition definition)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("database", Database);
            json.WriteString("databaseId", DatabaseId);
            json.WriteNumber("seed", Seed);
            if (ExpiryFor is { } ttl)
            {
                json.WriteNumber("expiryFor", ttl);
            }

            json.WritePropertyName("orders");
            JsonSerializer.Serialize(json, Orders.Select(order => order.Keys.Select(Stored)));
            definition.WriteTo(json);
            json.WriteEndObject();
        }

        return new Record(Number, Space, $"{DatabaseId}/{definition.Id}", buffer.ToArray());
    }

    public Record StoredAsDeleted(ContainerDefinition definition) => Stored(definition) with { Space = DeletedSpace };

    private static SortOrder ReadOrder(JsonElement json) =>
        new([.. json.Deserialize<StoredSortKey[]>()!.Select(key => new Sql.SortKey(new JsonPath(key.Path), key.Descending))]);

    private static StoredSortKey Stored(Sql.SortKey key) => new([.. key.Path.Segments], key.Descending);

    private sealed record StoredSortKey(string[] Path, bool Descending);
}
