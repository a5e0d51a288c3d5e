using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.RateLimits;

/// <summary>
/// How many of a user's first contacts may wait for an answer at a time, exact over all instances: strangers who don't answer are the
/// sign of one who writes to everybody.
/// </summary>
/// <remarks>One document in the sender's partition, changed under its ETag. A contact that is never closed ends by itself.</remarks>
public sealed class OpenContacts(ChatContainers containers, Limits limits, TimeProvider time)
{
    private const int Tries = 10;

    /// <summary>For as long as a request can be pending.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Counts a contact that waits for an answer from now on; the refusal if as many wait as may. Idempotent.</summary>
    public async Task<Problem?> OpenAsync(UserId sender, ConversationId contact, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var most = limits.OpenContacts;
        Problem? refusal = null;
        var isDone = most == 0 || await ChangeAsync(
            sender,
            now,
            open =>
            {
                refusal = open.Count >= most && open.All(one => one.ConversationId != contact)
                    ? Problems.RateLimited("openContacts", most, new(most, Lifetime, 0, open.Min(one => one.Until) - now))
                    : null;
                return refusal is not null || open.Any(one => one.ConversationId == contact)
                    ? open
                    : [.. open, new OpenContact(contact, now + Lifetime)];
            },
            cancellationToken);
        return isDone ? refusal : Problems.Unavailable;
    }

    /// <summary>The contacts that count, answered ones that weren't closed among them.</summary>
    public async Task<IReadOnlyList<ConversationId>> ListAsync(UserId sender, CancellationToken cancellationToken)
    {
        var (found, _) = await containers.Users.ReadDocumentAsync(
            OpenContactList.DocumentId,
            new PartitionKey(sender.Value),
            ChatJson.Default.OpenContactList,
            cancellationToken: cancellationToken);
        return [.. (found?.Open ?? []).Where(one => one.Until > time.GetUtcNow()).Select(one => one.ConversationId)];
    }

    /// <summary>The contact was answered or withdrawn, and doesn't count any more. Idempotent.</summary>
    /// <exception cref="TimeoutException">Others changed the contacts again and again; try again.</exception>
    public async Task CloseAsync(UserId sender, ConversationId contact, CancellationToken cancellationToken)
    {
        if (!await ChangeAsync(
            sender,
            time.GetUtcNow(),
            open => open.Exists(one => one.ConversationId == contact) ? open.FindAll(one => one.ConversationId != contact) : open,
            cancellationToken))
        {
            throw new TimeoutException("The open contacts can't be changed just now.");
        }
    }

    private async Task<bool> ChangeAsync(
        UserId sender,
        DateTimeOffset now,
        Func<List<OpenContact>, List<OpenContact>> change,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(sender.Value);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (found, etag) = await containers.Users.ReadDocumentAsync(
                OpenContactList.DocumentId,
                partition,
                ChatJson.Default.OpenContactList,
                cancellationToken: cancellationToken);
            List<OpenContact> open = [.. (found?.Open ?? []).Where(one => one.Until > now)];
            var after = change(open);
            if (ReferenceEquals(open, after))
            {
                return true;
            }

            if (await containers.Users.TryWriteDocumentAsync(
                new OpenContactList { UserId = sender, Open = after },
                OpenContactList.DocumentId,
                partition,
                etag,
                ChatJson.Default.OpenContactList,
                cancellationToken))
            {
                return true;
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return false;
    }
}

/// <summary>A user's first contacts that wait for an answer, in their partition.</summary>
internal sealed record OpenContactList
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "contacts";

    [JsonPropertyOrder(-2)]
    public string Type => "contacts";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    public required IReadOnlyList<OpenContact> Open { get; init; }

    /// <summary>From the last write on: what it holds ends earlier.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive { get; init; } = (int)TimeSpan.FromDays(31).TotalSeconds;
}

/// <summary>A contact that waits for an answer, and counts until then or until an instant.</summary>
internal sealed record OpenContact(ConversationId ConversationId, DateTimeOffset Until);
