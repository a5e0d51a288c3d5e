using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.Functions.Protocol;

namespace Chat.Functions.Acceptance.Builds;

/// <summary>
/// Functions as <c>functions.metadata</c> has them, which Worker.Sdk writes for the host: by name, in an order of its own.
/// </summary>
internal static class FunctionsMetadata
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What a worker says of its functions, in the file's words.</summary>
    public static SortedDictionary<string, JsonNode> Of(IEnumerable<RpcFunctionMetadata> described) => ByName(described.Select(Of));

    public static SortedDictionary<string, JsonNode> Read(string file) =>
        ByName(JsonNode.Parse(file)!.AsArray().Select(function => function!));

    public static string Write(SortedDictionary<string, JsonNode> functions) =>
        new JsonArray([.. functions.Values.Select(function => function.DeepClone())]).ToJsonString(Readable) + "\n";

    private static SortedDictionary<string, JsonNode> ByName(IEnumerable<JsonNode> functions) =>
        new(functions.ToDictionary(function => function["name"]!.GetValue<string>(), Ordered), StringComparer.Ordinal);

    private static JsonNode Of(RpcFunctionMetadata described)
    {
        var function = new JsonObject
        {
            ["name"] = described.Name,
            ["scriptFile"] = described.ScriptFile,
            ["entryPoint"] = described.EntryPoint,
            ["language"] = described.Language,
            ["properties"] = new JsonObject { ["IsCodeless"] = false },
            ["bindings"] = new JsonArray([.. described.RawBindings.Select(binding => JsonNode.Parse(binding))]),
        };
        if (described.RetryOptions is { } retry)
        {
            function["retry"] = new JsonObject
            {
                ["strategy"] = JsonNamingPolicy.CamelCase.ConvertName(retry.RetryStrategy.ToString()),
                ["maxRetryCount"] = retry.MaxRetryCount,
                ["minimumInterval"] = retry.MinimumInterval.ToTimeSpan().ToString(),
                ["maximumInterval"] = retry.MaximumInterval.ToTimeSpan().ToString(),
            };
        }

        return function;
    }

    /// <summary>
    /// The same with members in the order of their names, and without bindings' empty <c>properties</c>, which only the file has.
    /// </summary>
    private static JsonNode Ordered(JsonNode node) => node switch
    {
        JsonObject members => new JsonObject(members
            .Where(member => member is not { Key: "properties", Value: JsonObject { Count: 0 } })
            .OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, member.Value is null ? null : Ordered(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(item => Ordered(item!))]),
        _ => node.DeepClone(),
    };
}
