using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>
/// Which version of a database, container or offer this is: its ETag, in quotes, and when it was written, in Unix seconds.
/// </summary>
internal readonly record struct ResourceStamp(string ETag, long Timestamp)
{
    public static ResourceStamp New(TimeProvider time) => new($"\"{Guid.NewGuid()}\"", time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Reads what <see cref="WriteTo"/> wrote; resources of before had no stamp.</summary>
    public static ResourceStamp Read(JsonElement json) =>
        json.TryGetProperty("_etag", out var etag) && json.TryGetProperty("_ts", out var timestamp)
            ? new ResourceStamp(etag.GetString()!, timestamp.GetInt64())
            : new ResourceStamp("\"00000000-0000-0000-0000-000000000000\"", 0);

    /// <summary>Refuses a change that was made for another version.</summary>
    public void Check(string? ifMatch)
    {
        if (ifMatch is not (null or "*") && ifMatch != ETag)
        {
            throw new RefusedException(412, "One of the specified pre-condition is not met.");
        }
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("_etag", ETag);
        json.WriteNumber("_ts", Timestamp);
    }
}
