using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Items;

/// <summary>A partial update: up to ten operations in order, under a condition on the document as it is.</summary>
internal sealed class Patch
{
    private const int OperationLimit = 10;

    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<PatchOperation> _operations;
    private readonly SelectQuery? _condition;

    private Patch(List<PatchOperation> operations, SelectQuery? condition)
    {
        _operations = operations;
        _condition = condition;
    }

    public bool HasCondition => _condition is not null;

    public static Patch Parse(ReadOnlyMemory<byte> utf8)
    {
        JsonObject json;
        try
        {
            // Without a condition, a list of operations will do.
            var node = JsonNode.Parse(utf8.Span)!;
            json = node is JsonArray ? new JsonObject { ["operations"] = node } : node.AsObject();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RefusedException(400, $"The body of the patch can't be read: {exception.Message}");
        }

        if (json["operations"] is not JsonArray { Count: > 0 and <= OperationLimit } operations)
        {
            throw new RefusedException(400, "The number of patch operations must be between 1 and 10.");
        }

        var condition = (string?)json["condition"];
        return new Patch(
            [.. operations.Select(operation => PatchOperation.Parse(operation!.AsObject()))],
            condition is null ? null : SqlParser.ParseCondition(condition));
    }

    public bool Allows(Item item)
    {
        using var document = JsonDocument.Parse(item.Body);
        return _condition?.Bind(_condition.NewRow().At(document.RootElement)).Any() != false;
    }

    /// <summary>The document after all operations; refused when one of them can't be done or touches what may not change.</summary>
    public Draft Apply(Item item, IReadOnlyList<JsonPath> keyPaths)
    {
        var document = JsonNode.Parse(item.Body.Span)!.AsObject();
        foreach (var operation in _operations)
        {
            if (operation.Touches(JsonPath.Id) || keyPaths.Any(operation.Touches))
            {
                throw new RefusedException(400, $"The path {operation.Path} can't be patched: ids and partition keys never change.");
            }

            operation.ApplyTo(document);
        }

        return Draft.Parse(JsonSerializer.SerializeToUtf8Bytes(document, AsWritten));
    }
}
