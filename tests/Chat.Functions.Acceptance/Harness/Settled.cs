using System.Text.Json;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Local;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Tells, without a call that is billed, whether all that was committed is pushed and projected.</summary>
internal static class Settled
{
    /// <summary>
    /// Waits until nothing is left to do. Time jumps ahead while all that is left waits for it; while something is done it does so rarely,
    /// as locks and time-outs would be over before a busy machine gets anywhere.
    /// </summary>
    public static Task IsAsync(LocalAzure azure, JumpingClock? clock = null, TimeSpan? patience = null)
    {
        const int Rarely = 50;
        var looks = 0;
        return Eventually.SeesAsync(
            async () =>
            {
                var left = await LookAsync(azure);
                if (left is not null && (!IsBusy(azure) || ++looks % Rarely == 0))
                {
                    clock?.Jump(TimeSpan.FromSeconds(1));
                }

                return left;
            },
            left => left is null,
            "all to be pushed and projected",
            patience);
    }

    /// <summary>Waits until all is pushed; lists may still be behind.</summary>
    public static Task IsPushedAsync(LocalAzure azure) =>
        Eventually.SeesAsync(
            async () => await LookAtFeedAsync(azure) ?? LookAt(azure, EntriesCommitted.Queue),
            left => left is null,
            "all to be pushed");

    /// <summary>
    /// What is left to do; null for nothing. Twice the feed, as what a queue message commits is in it after the queue is done.
    /// </summary>
    private static async Task<string?> LookAsync(LocalAzure azure) =>
        await LookAtFeedAsync(azure)
            ?? LookAt(azure, EntriesCommitted.Queue)
            ?? LookAt(azure, FanOutMessage.Queue)
            ?? await LookAtFeedAsync(azure);

    private static bool IsBusy(LocalAzure azure) =>
        new[] { EntriesCommitted.Queue, FanOutMessage.Queue }.Any(
            queue => azure.ServiceBus.Find(queue)!.Count() is { Active: > 0 } or { InFlight: > 0 });

    private static string? LookAt(LocalAzure azure, string queue) =>
        azure.ServiceBus.Find(queue)!.Count() is { Active: 0, InFlight: 0, Scheduled: 0 }
            ? null
            : $"{queue}: {azure.ServiceBus.Find(queue)!.Count()}";

    private static async Task<string?> LookAtFeedAsync(LocalAzure azure)
    {
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var id = $"inboxes-{nameof(ProjectInboxes)}.{range}";
            var lease = await azure.Cosmos.ReadDocumentAsync(ChatContainers.Database, ChatContainers.LeasesName, id, id);
            var lsn = lease is null ? 0 : JsonDocument.Parse(lease).RootElement.GetProperty("lsn").GetInt64();
            var page = await azure.Cosmos.ReadChangesAsync(ChatContainers.Database, ChatContainers.ConversationsName, range, lsn, 1);
            if (page.Documents.Count > 0)
            {
                return $"range {range} of the change feed after {lsn}";
            }
        }

        return null;
    }
}
