using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A container as the store keeps it.</summary>
/// <param name="Number">Its record's number; with the database's, it makes its resource id.</param>
/// <param name="Seed">A random number that its ETags carry.</param>
internal sealed record ContainerRecord(long Number, long Database, string DatabaseId, long Seed)
{
    public const string Space = "cosmos containers";

    public string ResourceId { get; } = Resources.ResourceId.OfContainer(Database, Number);

    /// <summary>Where it is by resource ids.</summary>
    public string SelfPath => $"dbs/{Resources.ResourceId.OfDatabase(Database)}/colls/{ResourceId}/";

    public string ItemSpace => string.Create(CultureInfo.InvariantCulture, $"cosmos items {Number}");

    public string RangeSpace => string.Create(CultureInfo.InvariantCulture, $"cosmos ranges {Number}");

    public static (ContainerRecord Record, ContainerDefinition Definition) Read(Record stored)
    {
        using var json = JsonDocument.Parse(stored.Value);
        var root = json.RootElement;
        return (
            new ContainerRecord(stored.Id, root.GetProperty("database").GetInt64(), root.GetProperty("databaseId").GetString()!, root.GetProperty("seed").GetInt64()),
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
            definition.WriteTo(json);
            json.WriteEndObject();
        }

        return new Record(Number, Space, $"{DatabaseId}/{definition.Id}", buffer.ToArray());
    }
}
