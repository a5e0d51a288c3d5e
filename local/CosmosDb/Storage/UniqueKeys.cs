using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>Which item of a logical partition has which values of unique keys. The partition's lock guards it.</summary>
/// <remarks>https://learn.microsoft.com/azure/cosmos-db/unique-keys: a value that is missing counts as null, which is taken like any other.</remarks>
internal sealed class UniqueKeys
{
    private readonly Dictionary<string, string> _holders = new(StringComparer.Ordinal);

    /// <summary>The values of a document, each with the place of its key.</summary>
    public static IReadOnlyList<string> Of(JsonElement document, IReadOnlyList<IReadOnlyList<JsonPath>> keys)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        var values = new string[keys.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var text = new StringBuilder().Append(i);
            foreach (var path in keys[i])
            {
                var value = path.In(document);
                text.Append(' ').Append(value.ValueKind == JsonValueKind.Undefined ? "null" : JsonSerializer.Serialize(value));
            }

            values[i] = text.ToString();
        }

        return values;
    }

    /// <summary>The id of the item that has a value, though it may have expired.</summary>
    public string? HolderOf(string value) => _holders.GetValueOrDefault(value);

    public void Replace(Item? before, Item? after)
    {
        foreach (var value in before?.UniqueKeys ?? [])
        {
            // In a batch another item may have taken over already.
            if (_holders.GetValueOrDefault(value) == before!.Id)
            {
                _holders.Remove(value);
            }
        }

        foreach (var value in after?.UniqueKeys ?? [])
        {
            _holders[value] = after!.Id;
        }
    }
}
