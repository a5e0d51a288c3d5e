using System.Runtime.InteropServices;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Items;

/// <summary>The bodies of batches as clients without HybridRow have them: arrays of operations and of results.</summary>
internal static class JsonBatchBody
{
    public static bool IsOne(ReadOnlyMemory<byte> body) => body.Span is [(byte)'[', ..];

    public static IReadOnlyList<BatchOperation> Read(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.EnumerateArray().Select(Operation)];
    }

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<BatchResult> results)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                Write(json, result);
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private static BatchOperation Operation(JsonElement json)
    {
        var type = Text(json, "operationType");
        return Enum.TryParse<BatchVerb>(type, out var verb)
            ? new BatchOperation(
                verb,
                Text(json, "id"),
                Text(json, "partitionKey"),
                json.TryGetProperty("resourceBody", out var body) ? JsonMarshal.GetRawUtf8Value(body).ToArray() : default,
                Text(json, "ifMatch"),
                Text(json, "ifNoneMatch"),
                WantsNoContent: false)
            : throw new RefusedException(400, $"A batch has no operation '{type}'.");
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Write(Utf8JsonWriter json, BatchResult result)
    {
        json.WriteStartObject();
        json.WriteNumber("statusCode", result.Status);
        json.WriteNumber("requestCharge", result.Charge);
        if (result.SubStatus != 0)
        {
            json.WriteNumber("subStatusCode", result.SubStatus);
        }

        if (result.ETag is { } etag)
        {
            json.WriteString("eTag", etag);
        }

        if (!result.Body.IsEmpty)
        {
            json.WritePropertyName("resourceBody");
            json.WriteRawValue(result.Body.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
