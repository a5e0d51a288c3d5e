using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>Refuses what a container is asked for and this account doesn't do, by its name. Nothing that is asked for is dropped.</summary>
internal static class ContainerRules
{
    /// <summary>The version of the hash that assigns partition keys to ranges.</summary>
    public const int KeyVersion = 2;

    private const int NameLimit = 255;
    private const int UniqueKeyLimit = 10;
    private const int UniquePathLimit = 16;

    public static void Check(JsonElement json)
    {
        CheckName(Text(json, "id"));
        foreach (var member in json.EnumerateObject())
        {
            CheckMember(member);
        }
    }

    /// <summary>The name of a database or container.</summary>
    public static void CheckName(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > NameLimit || name.AsSpan().ContainsAny("/\\?#") || name[^1] == ' ')
        {
            throw Refused("The id must have 1 to 255 characters, none of them / \\ ? #, and no space at its end");
        }
    }

    /// <summary>The value of a member that says nothing but that a feature isn't wanted.</summary>
    public static bool AsksForNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.EnumerateArray().All(AsksForNothing),
        JsonValueKind.Object => value.EnumerateObject().All(member => AsksForNothing(member.Value)),
        _ => false,
    };

    public static RefusedException Refused(string reason) => new(400, $"{reason}.");

    public static RefusedException Unsupported(string feature) => new(400, $"The local Cosmos DB doesn't support {feature}.");

    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void CheckMember(JsonProperty member)
    {
        switch (member.Name)
        {
            case "id":
            case ['_', ..]:
                break;
            case "partitionKey":
                CheckKey(member.Value);
                break;
            case "defaultTtl":
                CheckTtl(member.Value);
                break;
            case "indexingPolicy":
                IndexingRules.Check(member.Value);
                break;
            case "uniqueKeyPolicy":
                CheckUniqueKeys(member.Value);
                break;
            case "conflictResolutionPolicy" when IsLastWriterWins(member.Value):
            case "geospatialConfig" when Text(member.Value, "type") is null or "Geography":
                break;
            default:
                if (!AsksForNothing(member.Value))
                {
                    throw Unsupported($"{member.Name} of containers");
                }

                break;
        }
    }

    private static void CheckKey(JsonElement key)
    {
        var kind = Text(key, "kind") ?? "Hash";
        var most = kind switch
        {
            "Hash" => 1,
            "MultiHash" => 3,
            _ => throw Unsupported($"the partition key kind {kind}"),
        };
        if (key.TryGetProperty("version", out var version) && !(version.TryGetInt32(out var number) && number == KeyVersion))
        {
            throw Unsupported($"the partition key version {version}: keys are hashed by version 2, also those that name none");
        }

        var paths = key.GetProperty("paths");
        if (paths.GetArrayLength() is 0 || paths.GetArrayLength() > most)
        {
            throw Refused($"A partition key of the kind {kind} has at least one path and at most {most}");
        }

        CheckPaths(paths);
    }

    private static void CheckTtl(JsonElement ttl)
    {
        var isValid = ttl.ValueKind == JsonValueKind.Number && ttl.TryGetInt32(out var seconds) && seconds is -1 or > 0;
        if (!isValid && ttl.ValueKind != JsonValueKind.Null)
        {
            throw Refused($"The defaultTtl {ttl} isn't -1 or a positive number of seconds");
        }
    }

    private static void CheckUniqueKeys(JsonElement policy)
    {
        if (policy.ValueKind == JsonValueKind.Null || !policy.TryGetProperty("uniqueKeys", out var keys))
        {
            return;
        }

        if (keys.GetArrayLength() > UniqueKeyLimit)
        {
            throw Refused($"A container has at most {UniqueKeyLimit} unique keys");
        }

        foreach (var key in keys.EnumerateArray())
        {
            var paths = key.GetProperty("paths");
            if (paths.GetArrayLength() is 0 or > UniquePathLimit)
            {
                throw Refused($"A unique key has 1 to {UniquePathLimit} paths");
            }

            CheckPaths(paths);
        }
    }

    private static void CheckPaths(JsonElement paths)
    {
        foreach (var path in paths.EnumerateArray().Select(path => path.GetString()))
        {
            if (path is not ['/', not '/', ..] || path.EndsWith('/') || path.AsSpan().ContainsAny("[]*"))
            {
                throw Refused($"'{path}' isn't the path of a property, as in /a/b");
            }
        }
    }

    private static bool IsLastWriterWins(JsonElement policy) =>
        AsksForNothing(policy)
        || (string.Equals(Text(policy, "mode"), "LastWriterWins", StringComparison.OrdinalIgnoreCase)
            && Text(policy, "conflictResolutionPath") is null or "" or "/_ts"
            && string.IsNullOrEmpty(Text(policy, "conflictResolutionProcedure")));
}
