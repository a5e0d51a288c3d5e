using System.Text.Json;
using static Chat.Local.CosmosDb.Resources.ContainerRules;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>The part of <see cref="ContainerRules"/> that is about indexing policies.</summary>
internal static class IndexingRules
{
    public static void Check(JsonElement policy)
    {
        if (policy.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        foreach (var member in policy.EnumerateObject())
        {
            CheckMember(member);
        }

        var paths = Paths(policy, "includedPaths").Concat(Paths(policy, "excludedPaths")).ToList();
        if (paths.Count > 0 && !paths.Contains("/*", StringComparer.Ordinal))
        {
            throw Refused("An indexing policy that names paths must include or exclude /*");
        }
    }

    private static void CheckMember(JsonProperty member)
    {
        switch (member.Name)
        {
            case "indexingMode" when member.Value.GetString() is var mode:
                if (!string.Equals(mode, "consistent", StringComparison.OrdinalIgnoreCase))
                {
                    throw Unsupported($"the indexing mode {mode}");
                }

                break;
            case "automatic":
                if (member.Value.ValueKind == JsonValueKind.False)
                {
                    throw Unsupported("indexing that isn't automatic");
                }

                break;
            case "includedPaths" or "excludedPaths":
                CheckPaths(member.Value);
                break;
            case "compositeIndexes":
                CheckComposite(member.Value);
                break;
            case "annotation" or ['_', ..]:
                break;
            default:
                if (!AsksForNothing(member.Value))
                {
                    throw Unsupported($"{member.Name} of indexing policies");
                }

                break;
        }
    }

    /// <summary>Kinds (Range, Hash), data types and precisions of paths mean nothing any more, in the service too.</summary>
    private static void CheckPaths(JsonElement paths)
    {
        foreach (var json in paths.EnumerateArray())
        {
            var path = Text(json, "path");
            if (path is not ['/', ..] || !(path.EndsWith("/?", StringComparison.Ordinal) || path.EndsWith("/*", StringComparison.Ordinal)))
            {
                throw Refused($"'{path}' isn't a path of an indexing policy, as in /a/? or /a/*");
            }

            if (json.TryGetProperty("indexes", out var indexes) && indexes.EnumerateArray().Any(index => Text(index, "kind") is "Spatial"))
            {
                throw Unsupported("spatial indexes");
            }
        }
    }

    private static void CheckComposite(JsonElement indexes)
    {
        foreach (var index in indexes.EnumerateArray())
        {
            if (index.GetArrayLength() < 2 || index.EnumerateArray().Any(path => Text(path, "path") is not ['/', _, ..]))
            {
                throw Refused("A composite index has two or more paths, as in /a");
            }
        }
    }

    private static IEnumerable<string?> Paths(JsonElement policy, string name) =>
        policy.TryGetProperty(name, out var paths) ? paths.EnumerateArray().Select(path => Text(path, "path")) : [];
}
