using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chat.Functions.Acceptance.Api;

/// <summary>Changes JSON at a place, named by its pointer, to what needn't be JSON any more.</summary>
internal static class JsonPlaces
{
    private const string Hole = "here goes another value";

    /// <summary>Every member and item, at any depth.</summary>
    public static IReadOnlyList<string> In(byte[] body) => [.. In(JsonNode.Parse(body), "")];

    public static JsonNode? At(byte[] body, string place) => place.Split('/').Skip(1).Aggregate(JsonNode.Parse(body), Part);

    public static byte[] Fill(byte[] body, string place, string value) => Fill(body, place, Encoding.UTF8.GetBytes(value));

    public static byte[] Fill(byte[] body, string place, byte[] value)
    {
        var json = Edit(body, place, (holder, name) =>
        {
            if (holder is JsonArray array)
            {
                array[int.Parse(name, null)] = Hole;
            }
            else
            {
                holder[name] = Hole;
            }
        });
        var hole = JsonSerializer.SerializeToUtf8Bytes(Hole);
        var at = json.AsSpan().IndexOf(hole);
        return [.. json[..at], .. value, .. json[(at + hole.Length)..]];
    }

    public static byte[] Remove(byte[] body, string place) => Edit(body, place, (holder, name) =>
    {
        if (holder is JsonArray array)
        {
            array.RemoveAt(int.Parse(name, null));
        }
        else
        {
            holder.AsObject().Remove(name);
        }
    });

    private static byte[] Edit(byte[] body, string place, Action<JsonNode, string> edit)
    {
        var root = JsonNode.Parse(body)!;
        var parts = place.Split('/')[1..];
        edit(parts[..^1].Aggregate(root, (node, name) => Part(node, name)!), parts[^1]);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static JsonNode? Part(JsonNode? node, string name) => node is JsonArray array ? array[int.Parse(name, null)] : node![name];

    private static IEnumerable<string> In(JsonNode? node, string at)
    {
        IEnumerable<(string Name, JsonNode? Value)> parts = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value)),
            JsonArray items => items.Index().Select(item => ($"{item.Index}", item.Item)),
            _ => [],
        };
        return parts.SelectMany(part => In(part.Value, $"{at}/{part.Name}").Prepend($"{at}/{part.Name}"));
    }
}
