using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.RateLimits;

/// <summary>
/// What a user may do so often a day (UTC), exact over all instances. Each method counts before it is done, and gives the refusal if it
/// is too much. What was counted on the same day counts no second time.
/// </summary>
/// <remarks>
/// One document a user and day, changed under its ETag. A count is a read and a write; a refusal, or what was counted before, is a read.
/// What fails after it was counted stays counted.
/// </remarks>
public sealed class DailyLimits(ChatContainers containers, Limits limits, TimeProvider time)
{
    private const int Tries = 10;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Counts a group that the user creates.</summary>
    public Task<Problem?> CountGroupAsync(UserId user, ConversationId group, CancellationToken cancellationToken) =>
        CountAsync(user, "groupsPerDay", limits.GroupsPerDay, [group.Value], cancellationToken);

    /// <summary>Counts the users whom the user adds to a group.</summary>
    public Task<Problem?> CountAddsAsync(
        UserId user,
        ConversationId group,
        IReadOnlyList<UserId> added,
        CancellationToken cancellationToken) =>
        CountAsync(user, "addsPerDay", limits.AddsPerDay, [.. added.Select(one => $"{group} {one}")], cancellationToken);

    /// <summary>Counts a group that the user joins by a link, or asks to join.</summary>
    public Task<Problem?> CountJoinAsync(UserId user, ConversationId group, CancellationToken cancellationToken) =>
        CountAsync(user, "joinsPerDay", limits.JoinsPerDay, [group.Value], cancellationToken);

    /// <summary>Counts users whom the user asks for the first time: to be written to, or to join a group. All of them or none.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="others">Whom.</param>
    /// <param name="isNew">Whether the host app calls the user's account new.</param>
    /// <param name="cancellationToken">Cancels reading and writing the count.</param>
    public Task<Problem?> CountFirstContactsAsync(
        UserId user,
        IReadOnlyList<UserId> others,
        bool isNew,
        CancellationToken cancellationToken)
    {
        var (limit, most) = isNew
            ? ("newAccountContactsPerDay", limits.NewAccountContactsPerDay)
            : ("firstContactsPerDay", limits.FirstContactsPerDay);
        return CountAsync(user, limit, most, [.. others.Select(one => one.Value)], cancellationToken);
    }

    /// <summary>Counts a report of the user's.</summary>
    public Task<Problem?> CountReportAsync(UserId user, string reportId, CancellationToken cancellationToken) =>
        CountAsync(user, "reportsPerDay", limits.ReportsPerDay, [reportId], cancellationToken);

    private async Task<Problem?> CountAsync(
        UserId user,
        string limit,
        int most,
        IReadOnlyList<string> things,
        CancellationToken cancellationToken)
    {
        if (most == 0)
        {
            return null;
        }

        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var now = time.GetUtcNow();
            var id = DailyCounts.DocumentId(now);
            var (found, etag) = await containers.Users.ReadDocumentAsync(
                id,
                new PartitionKey(user.Value),
                ChatJson.Default.DailyCounts,
                cancellationToken: cancellationToken);
            var before = found ?? new DailyCounts { Id = id, UserId = user };
            if (before.With(limit, most, things) is not { } after)
            {
                var left = Math.Max(0, most - before.Count(limit));
                return Problems.RateLimited(limit, most, new(most, Day, left, Day - now.UtcDateTime.TimeOfDay));
            }

            if (ReferenceEquals(before, after)
                || await containers.Users.TryWriteDocumentAsync(
                    after,
                    id,
                    new PartitionKey(user.Value),
                    etag,
                    ChatJson.Default.DailyCounts,
                    cancellationToken))
            {
                return null;
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return Problems.Unavailable;
    }
}
