using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>What is stored, past the API.</summary>
internal static class StoredDocuments
{
    /// <summary>Every document of the moderation container.</summary>
    public static Task<string> ModerationAsync(ChatApp app) =>
        AllOfAsync(app.Services.GetRequiredService<ChatContainers>().Moderation);

    /// <summary>Every document of every container, by the container's name.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> AllAsync(ChatApp app)
    {
        var database = app.Services.GetRequiredService<CosmosClient>().GetDatabase(ChatContainers.Database);
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[]
        {
            ChatContainers.ConversationsName, ChatContainers.UsersName, ChatContainers.ModerationName, ChatContainers.SettingsName,
            ChatContainers.MediaName, ChatContainers.LeasesName,
        })
        {
            all[name] = await AllOfAsync(database.GetContainer(name));
        }

        return all;
    }

    private static async Task<string> AllOfAsync(Container container)
    {
        var all = new StringWriter();
        using var pages = container.GetItemQueryStreamIterator(new QueryDefinition("SELECT * FROM c"));
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            using var reader = new StreamReader(page.EnsureSuccessStatusCode().Content);
            await all.WriteAsync(await reader.ReadToEndAsync());
        }

        return all.ToString();
    }

    /// <summary>Every document about conversations and users.</summary>
    public static async Task<List<JsonElement>> ListAsync(ChatApp app)
    {
        var containers = app.Services.GetRequiredService<ChatContainers>();
        var all = new List<JsonElement>();
        foreach (var container in new[] { containers.Conversations, containers.Users })
        {
            using var pages = container.GetItemQueryStreamIterator(new QueryDefinition("SELECT * FROM c"));
            while (pages.HasMoreResults)
            {
                using var page = await pages.ReadNextAsync();
                var read = await JsonSerializer.DeserializeAsync<JsonElement>(page.EnsureSuccessStatusCode().Content);
                all.AddRange(read.List("Documents"));
            }
        }

        return all;
    }

    /// <summary>Deletes the leases of the change feed, which then begins anew in the next process.</summary>
    public static async Task ForgetLeasesAsync(ChatApp app)
    {
        var leases = app.Services.GetRequiredService<CosmosClient>().GetContainer(ChatContainers.Database, ChatContainers.LeasesName);
        foreach (var range in app.Azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var id = $"inboxes-{nameof(ProjectInboxes)}.{range}";
            (await leases.DeleteItemStreamAsync(id, new PartitionKey(id))).EnsureSuccessStatusCode();
        }
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
