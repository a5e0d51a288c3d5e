using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Chat.Functions.Acceptance.Api;

/// <summary>The documents of the API in <c>docs/</c>, as JSON.</summary>
internal static class ApiDocument
{
    private const string Reference = "$ref";
    private static readonly ConcurrentDictionary<string, JsonElement> Files = new(StringComparer.Ordinal);

    public static JsonElement OpenApi => Files.GetOrAdd("openapi.yaml", Load);

    public static JsonElement AsyncApi => Files.GetOrAdd("asyncapi.yaml", Load);

    /// <summary>What a node stands for: itself, or what it refers to.</summary>
    public static JsonElement Resolve(JsonElement node) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(Reference, out var reference)
            ? Resolve(Find(reference.GetString()!))
            : node;

    private static JsonElement Find(string reference) =>
        reference.Split("#/") is [var file, var pointer]
            ? pointer.Split('/').Aggregate(
                Files.GetOrAdd(file, Load),
                (node, name) => Member(node, name.Replace("~1", "/", StringComparison.Ordinal), reference))
            : throw new InvalidDataException($"'{reference}' doesn't refer to a part of a document.");

    private static JsonElement Member(JsonElement node, string name, string reference) =>
        node.TryGetProperty(name, out var member)
            ? member
            : throw new InvalidDataException($"'{reference}' refers to what isn't there: {name}.");

    private static JsonElement Load(string file)
    {
        using var text = File.OpenText(Repository.Path($"docs/{file}"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return JsonSerializer.SerializeToElement(ToJson(yaml.Documents[0].RootNode, file));
    }

    private static JsonNode? ToJson(YamlNode node, string file) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(pair => ToJson(((YamlScalarNode)pair.Key).Value!, pair.Value, file))),
        YamlSequenceNode list => new JsonArray([.. list.Select(item => ToJson(item, file))]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var word } => ToJson(word!),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new InvalidDataException($"{file} has a {node.NodeType} at {node.Start}."),
    };

    /// <summary>References within a file and to the one beside it become absolute.</summary>
    private static KeyValuePair<string, JsonNode?> ToJson(string name, YamlNode value, string file) => KeyValuePair.Create(
        name,
        name == Reference && ((YamlScalarNode)value).Value is { } target
            ? JsonValue.Create(target.StartsWith('#') ? file + target : target[2..])
            : ToJson(value, file));

    private static JsonValue? ToJson(string word) => word switch
    {
        "" or "null" => null,
        "true" or "false" => JsonValue.Create(word == "true"),
        _ =>
            decimal.TryParse(
                word,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number)
                ? JsonValue.Create(number)
                : JsonValue.Create(word),
    };
}
