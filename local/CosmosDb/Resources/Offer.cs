using System.Text.Json;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>The throughput that a database or a container was created with, or got since, and the limit that follows from it.</summary>
/// <param name="Number">Its record's number.</param>
/// <param name="Place">Its number among the offers, which makes its resource id.</param>
/// <param name="Target">The resource id of the database or container.</param>
/// <param name="TargetPath">Where that is by resource ids.</param>
internal sealed record Offer(
    long Number, int Place, string Target, string TargetPath, OfferedThroughput Throughput, Throughput Limit, ResourceStamp Stamp)
{
    public string ResourceId { get; } = Resources.ResourceId.OfOffer(Place);

    public static Offer Read(long number, JsonElement json, TimeProvider time)
    {
        var throughput = OfferedThroughput.Read(json.GetProperty("content"));
        return new Offer(
            number,
            json.GetProperty("place").GetInt32(),
            json.GetProperty("offerResourceId").GetString()!,
            json.GetProperty("resource").GetString()!,
            throughput,
            new Throughput(throughput.UnitsPerSecond, time),
            ResourceStamp.Read(json));
    }

    public void WriteStoredTo(Utf8JsonWriter json)
    {
        json.WriteNumber("place", Place);
        WriteTo(json);
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", ResourceId);
        json.WriteString("_rid", ResourceId);
        json.WriteString("_self", $"offers/{ResourceId}/");
        json.WriteString("resource", TargetPath);
        json.WriteString("offerResourceId", Target);
        json.WriteString("offerType", "Invalid");
        json.WriteString("offerVersion", "V2");
        json.WriteStartObject("content");
        Throughput.WriteTo(json);
        json.WriteEndObject();
        Stamp.WriteTo(json);
    }
}
