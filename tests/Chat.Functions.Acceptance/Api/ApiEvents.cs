using System.Text.Json;

namespace Chat.Functions.Acceptance.Api;

/// <summary>The events that asyncapi.yaml describes.</summary>
internal static class ApiEvents
{
    private static readonly JsonElement Messages = ApiDocument.AsyncApi.GetProperty("channels")
        .GetProperty("events")
        .GetProperty("messages");

    public static IEnumerable<string> Types => Messages.EnumerateObject().Select(message => message.Name);

    /// <summary>What of an event isn't as documented.</summary>
    public static IReadOnlyList<string> FaultsOf(JsonElement pushed) =>
        Messages.TryGetProperty(pushed.GetProperty("type").GetString()!, out var message)
            ? SchemaCheck.Strictly(message.GetProperty("payload"), pushed)
            : ["docs/asyncapi.yaml doesn't know it: add it under 'messages'."];

    /// <summary>The documented examples.</summary>
    public static IEnumerable<JsonElement> Examples() =>
        Messages.EnumerateObject()
            .SelectMany(message => message.Value.GetProperty("examples").EnumerateArray())
            .Select(example => example.GetProperty("payload"));
}
