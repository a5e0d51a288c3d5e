using Chat.Local.CosmosDb.Resources;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>Refuses what the headers of an operation on documents ask for and this account doesn't do.</summary>
internal static class RequestRules
{
    private static readonly string[] Triggers = ["x-ms-documentdb-pre-trigger-include", "x-ms-documentdb-post-trigger-include"];

    public static void Check(CosmosRequest request)
    {
        if (Array.Exists(Triggers, header => !string.IsNullOrEmpty(request.Header(header))))
        {
            throw ContainerRules.Unsupported("triggers");
        }

        if (request.Header("x-ms-indexing-directive") is { } directive && IsOneOf(directive, "Exclude"))
        {
            throw ContainerRules.Unsupported("documents that are left out of the index");
        }

        if (request.Header("x-ms-consistency-level") is { } level && IsOneOf(level, "Strong", "BoundedStaleness"))
        {
            throw ContainerRules.Refused($"The consistency level {level} is stronger than that of the account, Session");
        }

        if (request.Header("A-IM") is { } feed && !IsOneOf(feed, "Incremental Feed"))
        {
            throw ContainerRules.Unsupported($"the change feed mode '{feed}' (all versions and deletes), only that of the latest versions");
        }
    }

    private static bool IsOneOf(string value, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (string.Equals(value, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
