using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>
/// Where a query goes on: after which document of which logical partition, and how much it may still skip and give. It names values, not
/// places, so that writes in between neither repeat nor lose what was there all along.
/// </summary>
internal sealed record Continuation
{
    /// <summary>The effective key and the text of the partition; null before the first.</summary>
    [JsonPropertyName("p")]
    public string[]? Partition { get; init; }

    /// <summary>The sort values of the last document looked at.</summary>
    [JsonPropertyName("v")]
    public string[]? Values { get; init; }

    [JsonPropertyName("n")]
    public long Number { get; init; }

    [JsonPropertyName("s")]
    public long Skip { get; init; }

    [JsonPropertyName("t")]
    public long Take { get; init; }

    /// <summary>How many results of the document after that one were given.</summary>
    [JsonPropertyName("g")]
    public int Given { get; init; }

    /// <summary>The number of that document: the results of another that has come into its place are all still to be given.</summary>
    [JsonPropertyName("d")]
    public long GivenOf { get; init; }

    [JsonIgnore]
    public IndexPosition? Position { get; private init; }

    /// <param name="columns">How many sort values a position of the query has.</param>
    public static Continuation Parse(string token, int columns)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Continuation>(Convert.FromBase64String(token));
            if (read is { Partition: null or [] or [not null, not null], Skip: >= 0, Take: >= 0, Given: >= 0 }
                && (read.Values is null || read.Values.Length == columns))
            {
                return read.Values is null
                    ? read
                    : read with { Position = new IndexPosition(Array.ConvertAll(read.Values, SqlValue.FromToken), read.Number) };
            }
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or JsonException)
        {
            throw Malformed();
        }

        throw Malformed();
    }

    private static RefusedException Malformed() => new(400, "INVALID JSON in continuation token");

    public override string ToString() => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this)));
}
