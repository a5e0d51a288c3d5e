using System.Text.Json;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>A database: a name for containers to be under.</summary>
/// <param name="Number">Its record's number, which makes its resource id.</param>
internal sealed record Database(string Id, long Number, ResourceStamp Stamp)
{
    public string ResourceId { get; } = Resources.ResourceId.OfDatabase(Number);

    public string SelfPath => $"dbs/{ResourceId}/";

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteString("_rid", ResourceId);
        json.WriteString("_self", SelfPath);
        json.WriteString("_colls", "colls/");
        json.WriteString("_users", "users/");
        Stamp.WriteTo(json);
    }
}
