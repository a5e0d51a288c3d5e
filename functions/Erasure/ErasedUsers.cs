using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Erasure;

/// <summary>Tells what writes into a user's partition because of what was long ago whether the user was erased since.</summary>
internal static class ErasedUsers
{
    /// <summary>Whether a user's erasure has begun. A read of 1 RU.</summary>
    /// <remarks>A replica may not show yet that it has. What is written then the next pass finds, an hour later.</remarks>
    public static async Task<bool> IsErasedAsync(this Container users, UserId user, CancellationToken cancellationToken)
    {
        var (erasure, _) = await users.ReadDocumentAsync(
            UserErasure.DocumentId,
            new PartitionKey(user.Value),
            ChatJson.Default.UserErasure,
            cancellationToken: cancellationToken);
        return erasure is { State: not ErasureState.Waiting };
    }
}
