using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>Which paths of a container's documents are indexed, and so can be sorted by.</summary>
/// <remarks>
/// https://learn.microsoft.com/azure/cosmos-db/index-policy: the most precise path wins; <c>id</c> and <c>_ts</c> are always indexed.
/// </remarks>
internal sealed class IndexingPolicy
{
    private readonly List<Pattern> _included;
    private readonly List<Pattern> _excluded;
    private readonly List<SortOrder> _composite;

    /// <summary>The arrays whose values are included by name, <c>/a/[]/?</c>.</summary>
    private readonly List<JsonPath> _ofArrays;

    public IndexingPolicy(JsonElement json)
    {
        Json = Complete(json);
        _included = Patterns(Json, "includedPaths");
        _excluded = Patterns(Json, "excludedPaths");
        _composite = Json.TryGetProperty("compositeIndexes", out var composite)
            ? [.. composite.EnumerateArray().Select(index => new SortOrder([.. index.EnumerateArray().Select(SortKeyOf)]))]
            : [];
        Explicit = [.. _included.Where(pattern => !pattern.Below && !pattern.InArray).Select(pattern => pattern.Path)];
        _ofArrays = [.. _included.Where(pattern => pattern.Path.Segments is [.., "[]"])
            .Select(pattern => new JsonPath([.. pattern.Path.Segments.SkipLast(1)]))];
        CoversAll = _included.Exists(pattern => pattern is { Below: true, Path.Segments.Count: 0 });
    }

    public JsonElement Json { get; }

    /// <summary>The paths that are included by name, <c>/a/?</c>.</summary>
    public IReadOnlyList<JsonPath> Explicit { get; }

    /// <summary>The orders that it names: of each such path, and of its composite indexes; the first path of each ascends.</summary>
    public IEnumerable<SortOrder> Orders => Explicit.Select(path => new SortOrder([new SortKey(path, Descending: false)]))
        .Concat(_composite.Select(index => index.Keys[0].Descending ? index.Reversed() : index));

    /// <summary>Whether <c>/*</c> is included.</summary>
    public bool CoversAll { get; }

    /// <summary>Whether the values of an array are indexed, which serves <c>ARRAY_CONTAINS</c>.</summary>
    public bool IncludesValuesOf(JsonPath array) => _ofArrays.Contains(array);

    public bool Includes(JsonPath path)
    {
        if (IsSystem(path))
        {
            return true;
        }

        var included = Precision(_included, path);
        return included > 0 && included >= Precision(_excluded, path);
    }

    /// <summary>
    /// Whether an index gives this order, read in one direction or the other. More than one path takes a composite index.
    /// </summary>
    public bool Serves(SortOrder order) =>
        order.Keys.Count == 1
            ? Includes(order.Keys[0].Path)
            : _composite.Exists(index => index.Equals(order) || index.Reversed().Equals(order));

    /// <summary>How many values of a document go into indexes: what a write is charged for.</summary>
    public int CountTerms(JsonElement document)
    {
        var terms = _composite.Count(
            index => index.Keys.All(key => IsSystem(key.Path) || key.Path.In(document).ValueKind != JsonValueKind.Undefined));
        if (CoversAll)
        {
            return terms + CountLeaves(document);
        }

        foreach (var path in Explicit)
        {
            terms += path.In(document).ValueKind == JsonValueKind.Undefined ? 0 : 1;
        }

        foreach (var path in _ofArrays)
        {
            terms += path.In(document) is { ValueKind: JsonValueKind.Array } array ? array.GetArrayLength() : 0;
        }

        return terms;
    }

    /// <summary>A policy that names no paths indexes all of them; what else it says stands.</summary>
    private static JsonElement Complete(JsonElement json)
    {
        var policy = json.ValueKind == JsonValueKind.Object ? JsonObject.Create(json)! : [];
        policy["indexingMode"] = "consistent";
        policy["automatic"] = true;
        if (policy["includedPaths"] is not JsonArray { Count: > 0 } && policy["excludedPaths"] is not JsonArray { Count: > 0 })
        {
            policy["includedPaths"] = new JsonArray(new JsonObject { ["path"] = "/*" });
            policy["excludedPaths"] = new JsonArray(new JsonObject { ["path"] = "/\"_etag\"/?" });
        }

        return JsonSerializer.SerializeToElement(policy);
    }

    private static bool IsSystem(JsonPath path) => path.Equals(JsonPath.Id) || path.Equals(JsonPath.Timestamp);

    private static int CountLeaves(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Sum(member => CountLeaves(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Sum(CountLeaves),
        _ => 1,
    };

    private static SortKey SortKeyOf(JsonElement json) =>
        new(JsonPath.Parse(json.GetProperty("path").GetString()!), json.TryGetProperty("order", out var order)
            && string.Equals(order.GetString(), "descending", StringComparison.OrdinalIgnoreCase));

    private static int Precision(List<Pattern> patterns, JsonPath path) =>
        patterns.Select(pattern => pattern.Precision(path)).DefaultIfEmpty(0).Max();

    private static List<Pattern> Patterns(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var paths) && paths.ValueKind == JsonValueKind.Array
            ? [.. paths.EnumerateArray().Select(path => Pattern.Parse(path.GetProperty("path").GetString()!))]
            : [];

    /// <summary>An included or excluded path: exact (<c>/a/?</c>) or everything below (<c>/a/*</c>).</summary>
    private sealed record Pattern(JsonPath Path, bool Below, bool InArray)
    {
        public static Pattern Parse(string text)
        {
            var end = text.LastIndexOf('/');
            return new Pattern(
                JsonPath.Parse(text[..end]),
                text.EndsWith("/*", StringComparison.Ordinal),
                text.Contains("[]", StringComparison.Ordinal));
        }

        /// <summary>How precisely this names the path; 0 when not at all.</summary>
        public int Precision(JsonPath path)
        {
            var depth = Path.Segments.Count;
            if (InArray || depth > path.Segments.Count || (!Below && depth < path.Segments.Count)
                || !Path.Segments.SequenceEqual(path.Segments.Take(depth), StringComparer.Ordinal))
            {
                return 0;
            }

            return (2 * depth) + (Below ? 1 : 2);
        }
    }
}
