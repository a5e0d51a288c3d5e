using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>What is stored, past the API.</summary>
internal static class StoredDocuments
{
    /// <summary>Every document of the moderation container.</summary>
    public static async Task<string> ModerationAsync(ChatApp app)
    {
        var all = new StringWriter();
        using var pages = app.Services.GetRequiredService<ChatContainers>().Moderation.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT * FROM c"));
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            using var reader = new StreamReader(page.EnsureSuccessStatusCode().Content);
            await all.WriteAsync(await reader.ReadToEndAsync());
        }

        return all.ToString();
    }

    /// <summary>Deletes all that is in a user's own partition.</summary>
    public static async Task ForgetAsync(ChatApp app, string user)
    {
        var users = app.Services.GetRequiredService<ChatContainers>().Users;
        using var pages = users.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT c.id FROM c"),
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(user) });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            foreach (var document in (await JsonSerializer.DeserializeAsync<JsonElement>(page.EnsureSuccessStatusCode().Content))
                .List("Documents"))
            {
                using var deleted = await users.DeleteItemStreamAsync(document.Text("id"), new PartitionKey(user));
            }
        }
    }
}
