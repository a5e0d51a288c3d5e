using System.Net;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Erasure;

/// <summary>Stores <see cref="UserErasure"/>s, and asks for them and cancels them.</summary>
public sealed class ErasureStore(ChatContainers containers, ModerationQueue queue, TimeProvider time)
{
    private readonly Container _users = containers.Users;

    /// <summary>
    /// Asks for a user's erasure. If one waits or goes on, it stays as it is, and is taken up in case its queue message was lost. After one
    /// that is done another begins, for what came since.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="delay">After which it begins. Until then it can be cancelled.</param>
    /// <param name="cancellationToken">Ends the call. A repeat does what is left.</param>
    public async Task<UserErasure> RequestAsync(UserId user, TimeSpan delay, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var asked = new UserErasure
        {
            UserId = user,
            State = ErasureState.Waiting,
            RequestedAt = now,
            DueAt = now + delay,
            NextAt = now + delay,
        };
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (stored, etag) = await ReadAsync(user, cancellationToken);
            var known = stored is { State: ErasureState.Done } ? null : stored;

            // First what the message is about. If nothing comes after it, the caller wasn't answered, and a repeat sends the message.
            if (known is not null || await TryWriteAsync(asked, etag, cancellationToken))
            {
                var erasure = known ?? asked;
                var chain = erasure.NextAt is null ? erasure.Chain : OpaqueId.Random();
                await queue.SendAsync(new ContinueErasure(user, chain), erasure.NextAt ?? now, cancellationToken);
                return erasure;
            }
        }
    }

    /// <summary>Cancels an erasure that hasn't begun. False when it has; true also where there is none.</summary>
    public async Task<bool> TryCancelAsync(UserId user, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (known, etag) = await ReadAsync(user, cancellationToken);
            if (known is not { State: ErasureState.Waiting })
            {
                return known is null;
            }

            using var deleted = await _users.DeleteItemStreamAsync(
                UserErasure.DocumentId,
                new PartitionKey(user.Value),
                new ItemRequestOptions { IfMatchEtag = etag },
                cancellationToken);
            if (deleted.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
            {
                deleted.EnsureSuccessStatusCode();
                return true;
            }
        }
    }

    /// <summary>A user's erasure as it is now, whatever replicas lag, with its ETag; null when there is none.</summary>
    public async Task<StoredDocument<UserErasure>> ReadAsync(UserId user, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        await _users.RefreshSessionAsync(UserErasure.DocumentId, partition, cancellationToken);
        return await _users.ReadDocumentAsync(
            UserErasure.DocumentId,
            partition,
            ChatJson.Default.UserErasure,
            cancellationToken: cancellationToken);
    }

    /// <summary>Writes an erasure over the version that was read; false when it has changed since.</summary>
    public Task<bool> TryWriteAsync(UserErasure erasure, string? etag, CancellationToken cancellationToken) =>
        _users.TryWriteDocumentAsync(
            erasure,
            erasure.Id,
            new PartitionKey(erasure.UserId.Value),
            etag,
            ChatJson.Default.UserErasure,
            cancellationToken);
}
