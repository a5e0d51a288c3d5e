using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Items;

/// <summary>One change of a document. Paths are JSON pointers; <c>-</c> stands for the end of an array.</summary>
internal sealed record PatchOperation(string Verb, string Path, string? From, JsonNode? Value)
{
    public static PatchOperation Parse(JsonObject json)
    {
        var path = (string?)json["path"];
        if (path is not ['/', _, ..])
        {
            throw new RefusedException(400, "A patch operation has no valid path.");
        }

        return new PatchOperation((string?)json["op"] ?? "", path, (string?)json["from"], json["value"]?.DeepClone());
    }

    public bool Touches(JsonPath fixedPath) =>
        IsAtOrAbove(Path, fixedPath) || (Verb == "move" && From is not null && IsAtOrAbove(From, fixedPath));

    public void ApplyTo(JsonObject document)
    {
        switch (Verb)
        {
            case "add":
                Put(document, Path, Value?.DeepClone(), inserts: true, mustExist: false);
                break;
            case "set":
                Put(document, Path, Value?.DeepClone(), inserts: false, mustExist: false);
                break;
            case "replace":
                Put(document, Path, Value?.DeepClone(), inserts: false, mustExist: true);
                break;
            case "remove":
                Remove(document, Path);
                break;
            case "incr":
                Increment(document);
                break;
            case "move":
                Put(document, Path, Remove(document, From ?? throw Refused("move needs a from")), inserts: true, mustExist: false);
                break;
            default:
                throw Refused($"there is no operation '{Verb}'");
        }
    }

    private static bool IsAtOrAbove(string pointer, JsonPath path)
    {
        var segments = Segments(pointer);
        return segments.Length <= path.Segments.Count
            && segments.SequenceEqual(path.Segments.Take(segments.Length), StringComparer.Ordinal);
    }

    private static string[] Segments(string pointer) =>
        [.. pointer[1..].Split('/')
            .Select(segment => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private RefusedException Refused(string reason) => new(400, $"The patch of {Path} isn't possible: {reason}.");

    private (JsonNode Parent, string Name) Locate(JsonObject document, string pointer)
    {
        var segments = Segments(pointer);
        JsonNode node = document;
        foreach (var segment in segments[..^1])
        {
            var next = node switch
            {
                JsonObject parent => parent[segment],
                JsonArray parent when IndexIn(parent, segment) is { } index && index < parent.Count => parent[index],
                _ => null,
            };
            node = next ?? throw Refused($"'{segment}' doesn't exist");
        }

        return (node, segments[^1]);
    }

    private static int? IndexIn(JsonArray array, string segment) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= array.Count ? index : null;

    private void Put(JsonObject document, string pointer, JsonNode? value, bool inserts, bool mustExist)
    {
        switch (Locate(document, pointer))
        {
            case (JsonObject parent, var name) when !mustExist || parent.ContainsKey(name):
                parent[name] = value;
                break;
            case (JsonArray parent, "-") when !mustExist:
                parent.Add(value);
                break;
            case (JsonArray parent, var name) when IndexIn(parent, name) is { } index && (index < parent.Count || (!mustExist && inserts)):
                if (inserts)
                {
                    parent.Insert(index, value);
                }
                else
                {
                    parent[index] = value;
                }

                break;
            default:
                throw Refused("the path doesn't exist");
        }
    }

    private JsonNode? Remove(JsonObject document, string pointer)
    {
        switch (Locate(document, pointer))
        {
            case (JsonObject parent, var name) when parent.TryGetPropertyValue(name, out var removed):
                parent.Remove(name);
                return removed;
            case (JsonArray parent, var name) when IndexIn(parent, name) is { } index && index < parent.Count:
                var element = parent[index];
                parent.RemoveAt(index);
                return element;
            default:
                throw Refused("there is nothing to remove");
        }
    }

    private void Increment(JsonObject document)
    {
        if (Value is not JsonValue by || by.GetValueKind() != JsonValueKind.Number)
        {
            throw Refused("incr needs a number");
        }

        var (parent, name) = Locate(document, Path);
        var current = parent switch
        {
            JsonObject on => on[name],
            JsonArray on when IndexIn(on, name) is { } index && index < on.Count => on[index],
            _ => throw Refused("the path doesn't exist"),
        };
        var sum = current switch
        {
            null when parent is JsonObject absent && !absent.ContainsKey(name) => by.DeepClone(),
            JsonValue number when number.GetValueKind() == JsonValueKind.Number => Add(number, by),
            _ => throw Refused("the value isn't a number"),
        };
        Put(document, Path, sum, inserts: false, mustExist: false);
    }

    private JsonValue Add(JsonValue left, JsonValue right) =>
        NumberOf(left) + NumberOf(right) is var sum && double.IsFinite(sum) ? JsonValue.Create(sum) : throw Refused("the sum is too large");

    private static double NumberOf(JsonValue value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
