using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Standings;

/// <summary>Stores who has a standing. A change is in this instance's list at once, and in all others' within 30 s.</summary>
public sealed class StandingStore(ChatContainers containers, StandingList list, TimeProvider time)
{
    private static readonly PartitionKey Partition = new(UserStanding.Partition.Value);

    /// <summary>A user's standing as it is stored; null when there never was one, or long ago.</summary>
    public async Task<UserStanding?> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        (await ReadStoredAsync(user, cancellationToken)).Document;

    /// <summary>Notes what a decision says, unless a newer one of the same case was noted before. Idempotent.</summary>
    public async Task SetAsync(UserId user, StandingSource source, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await ReadStoredAsync(user, cancellationToken);
            var before = found ?? new UserStanding { CaseId = UserStanding.Partition, UserId = user, Sources = [] };
            var after = before.With(source, time.GetUtcNow());
            if (ReferenceEquals(before, after)
                || await containers.Moderation.TryWriteDocumentAsync(
                    after,
                    after.Id,
                    Partition,
                    etag,
                    ChatJson.Default.CaseDocument,
                    cancellationToken))
            {
                list.Take(after);
                return;
            }
        }
    }

    private Task<StoredDocument<UserStanding>> ReadStoredAsync(UserId user, CancellationToken cancellationToken) =>
        containers.Moderation.ReadDocumentAsync(
            UserStanding.DocumentId(user),
            Partition,
            ChatJson.Default.UserStanding,
            null,
            cancellationToken);
}
