using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.RateLimits;

/// <summary>
/// How many strangers a user may ask in a day, to be written to or to join a group; and how many may wait to be written to at a time.
/// </summary>
/// <remarks>
/// Nobody has to say that a request was answered: when as many wait as may, their heads tell which still do. A declined one looks like
/// one that waits, as it does to its sender.
/// </remarks>
public sealed class FirstContactLimits(DailyLimits daily, OpenContacts open, ConversationReader reader, ChatContainers containers)
{
    /// <summary>Counts a request before it is sent; the refusal if it is too much. Idempotent.</summary>
    public async Task<Problem?> CountAsync(
        UserId sender,
        UserId recipient,
        ConversationId conversation,
        CancellationToken cancellationToken) =>
        await CountTodayAsync(sender, [recipient], cancellationToken) ?? await OpenAsync(sender, conversation, cancellationToken);

    /// <summary>
    /// The refusal of inviting users to a group: its title says no more than a request may, and each counts as one. Idempotent.
    /// </summary>
    public async Task<Problem?> CountInvitedAsync(
        UserId sender,
        IReadOnlyList<UserId> invited,
        string? title,
        CancellationToken cancellationToken) =>
        invited.Count == 0 ? null
        : Links.Refusal(isStranger: true, title ?? "") ?? await CountTodayAsync(sender, invited, cancellationToken);

    private async Task<Problem?> CountTodayAsync(UserId sender, IReadOnlyList<UserId> others, CancellationToken cancellationToken)
    {
        var (person, _) = await containers.Users.ReadDocumentAsync(
            Person.DocumentId,
            new PartitionKey(sender.Value),
            ChatJson.Default.Person,
            cancellationToken: cancellationToken);
        return await daily.CountFirstContactsAsync(sender, others, person is { IsNew: true }, cancellationToken);
    }

    private async Task<Problem?> OpenAsync(UserId sender, ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await open.OpenAsync(sender, conversation, cancellationToken) is null)
        {
            return null;
        }

        foreach (var other in await open.ListAsync(sender, cancellationToken))
        {
            if ((await reader.ReadHeadAsync(other, null, cancellationToken))?.Request?.By != sender)
            {
                await open.CloseAsync(sender, other, cancellationToken);
            }
        }

        return await open.OpenAsync(sender, conversation, cancellationToken);
    }
}
