using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class TakesDocuments(Work work)
{
    [Function("TakesDocuments")]
    public async Task Follow([CosmosDBTrigger("chat", "conversations", Connection = "Cosmos")] string changes)
    {
        using var json = JsonDocument.Parse(changes);
        await work.DoAsync($"text [{string.Join(',', json.RootElement.EnumerateArray().Select(change => change.GetProperty("id")))}]");
    }
}
