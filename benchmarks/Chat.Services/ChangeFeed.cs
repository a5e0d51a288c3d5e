using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Local;

namespace Chat.Services;

/// <summary>How far the app has read the change feed of <c>conversations</c>, past the meter.</summary>
internal static class ChangeFeed
{
    /// <summary>Whether it was read to its end.</summary>
    public static async Task<bool> IsReadAsync(LocalAzure azure)
    {
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var lease = await azure.Cosmos.ReadDocumentAsync(
                ChatContainers.Database, ChatContainers.LeasesName, LeaseOf(range), LeaseOf(range));
            var lsn = lease is null ? 0 : JsonDocument.Parse(lease).RootElement.GetProperty("lsn").GetInt64();
            if ((await azure.Cosmos.ReadChangesAsync(
                ChatContainers.Database, ChatContainers.ConversationsName, range, lsn, 1)).Documents.Count > 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The id of a range's lease.</summary>
    public static string LeaseOf(string range) => $"inboxes-{nameof(ProjectInboxes)}.{range}";
}
