using System.Text;
using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Local;

namespace Chat.Services;

/// <summary>How far the app has read the change feed of <c>conversations</c>, past the meter.</summary>
internal static class ChangeFeed
{
    /// <summary>More than a conversation in which one message follows another has changed between two pages.</summary>
    private const int MaxButFor = 20;

    /// <summary>Whether it was read to its end, but for what one conversation may still change.</summary>
    public static async Task<bool> IsReadAsync(LocalAzure azure, string? butFor = null)
    {
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var lease = await azure.Cosmos.ReadDocumentAsync(
                ChatContainers.Database, ChatContainers.LeasesName, LeaseOf(range), LeaseOf(range));
            var lsn = lease is null ? 0 : JsonDocument.Parse(lease).RootElement.GetProperty("lsn").GetInt64();
            var next = await azure.Cosmos.ReadChangesAsync(
                ChatContainers.Database, ChatContainers.ConversationsName, range, lsn, MaxButFor);
            if (next.Documents.Any(one => butFor is null || !Encoding.UTF8.GetString(one.Span).Contains(butFor, StringComparison.Ordinal)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The id of a range's lease.</summary>
    public static string LeaseOf(string range) => $"inboxes-{nameof(ProjectInboxes)}.{range}";
}
