using System.Text.Json;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Looks into answers as they are on the wire.</summary>
internal static class Json
{
    /// <summary>The text at a path of members, such as <c>replyTo.preview</c>; null where there is none.</summary>
    public static string? Text(this JsonElement element, string path) =>
        element.At(path) is { ValueKind: not JsonValueKind.Null } found ? found.ToString() : null;

    public static long Number(this JsonElement element, string path) => element.At(path)!.Value.GetInt64();

    /// <summary>What is at a path of members; null where there is none.</summary>
    public static JsonElement? At(this JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    public static List<JsonElement> List(this JsonElement element, string path) => [.. element.At(path)!.Value.EnumerateArray()];

    /// <summary>Where a message is.</summary>
    public static string Path(this JsonElement message) =>
        $"/api/conversations/{message.Text("conversationId")}/messages/{message.Text("messageId")}";
}
