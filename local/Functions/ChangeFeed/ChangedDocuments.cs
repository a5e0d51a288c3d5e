using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>Makes what a function takes of a page of changed documents: a list of its own type, or a JSON array as text.</summary>
internal static class ChangedDocuments
{
    private static readonly JsonSerializerOptions WorkerDefaults = new() { PropertyNameCaseInsensitive = true };
    private static readonly MethodInfo ListReader = typeof(ChangedDocuments).GetMethod(nameof(ReadList), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static Func<IReadOnlyList<ReadOnlyMemory<byte>>, object> ReaderFor(Type parameter) =>
        parameter == typeof(string)
            ? documents => $"[{string.Join(',', documents.Select(document => Encoding.UTF8.GetString(document.Span)))}]"
            : ListReader.MakeGenericMethod(parameter.GetGenericArguments()[0]).CreateDelegate<Func<IReadOnlyList<ReadOnlyMemory<byte>>, object>>();

    private static List<T> ReadList<T>(IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        var list = new List<T>(documents.Count);
        foreach (var document in documents)
        {
            list.Add(JsonSerializer.Deserialize<T>(document.Span, WorkerDefaults)!);
        }

        return list;
    }
}
