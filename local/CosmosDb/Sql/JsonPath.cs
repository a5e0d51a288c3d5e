using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>A property path from the root of a document, as in <c>/a/b</c>.</summary>
internal sealed class JsonPath(params string[] segments) : IEquatable<JsonPath>
{
    private readonly string[] _segments = segments;

    public static JsonPath Id { get; } = new("id");

    public static JsonPath Timestamp { get; } = new("_ts");

    public IReadOnlyList<string> Segments => _segments;

    /// <summary>Reads <c>/a/"b c"/d</c>, the notation of partition keys and indexing policies.</summary>
    public static JsonPath Parse(string text) =>
        new([.. text.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => segment.Trim('"'))]);

    /// <summary>The value at the path; undefined when a step is missing.</summary>
    public JsonElement In(JsonElement root)
    {
        var element = root;
        foreach (var segment in _segments)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(segment, out element))
            {
                return default;
            }
        }

        return element;
    }

    public bool Equals(JsonPath? other) => other is not null && _segments.AsSpan().SequenceEqual(other._segments);

    public override bool Equals(object? obj) => Equals(obj as JsonPath);

    public override int GetHashCode() => string.GetHashCode(_segments[^1], StringComparison.Ordinal);

    public override string ToString() => "/" + string.Join('/', _segments);
}
