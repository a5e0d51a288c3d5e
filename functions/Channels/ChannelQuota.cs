using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Channels;

/// <summary>How many channels a user has created that are still there. One document a user, changed under its ETag.</summary>
public sealed class ChannelQuota(ChatContainers containers, Limits limits, TimeProvider time)
{
    /// <summary>How long one that is counted may not be there yet.</summary>
    private static readonly TimeSpan Creation = TimeSpan.FromMinutes(1);

    /// <summary>Counts a channel that the user creates; the refusal if there are as many as may be. A repeat counts once.</summary>
    internal async Task<Problem?> CountAsync(UserId user, ConversationId channel, CancellationToken cancellationToken)
    {
        for (var attempt = 0; limits.ChannelsPerUser > 0; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await containers.Users.ReadDocumentAsync(
                CreatedChannels.DocumentId,
                new PartitionKey(user.Value),
                ChatJson.Default.CreatedChannels,
                cancellationToken: cancellationToken);
            var created = found?.Created ?? [];
            if (created.Any(one => one.ConversationId == channel))
            {
                return null;
            }

            if (created.Count >= limits.ChannelsPerUser)
            {
                created = await StillThereAsync(created, cancellationToken);
                if (created.Count >= limits.ChannelsPerUser)
                {
                    return Problems.LimitReached("channelsPerUser", limits.ChannelsPerUser);
                }
            }

            if (await containers.Users.TryWriteDocumentAsync(
                new CreatedChannels(user, [.. created, new CreatedChannel(channel, time.GetUtcNow().ToUnixTimeMilliseconds())]),
                CreatedChannels.DocumentId,
                new PartitionKey(user.Value),
                etag,
                ChatJson.Default.CreatedChannels,
                cancellationToken))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>
    /// Those that aren't deleted or left by all. One that is counted and wasn't created after all isn't there, either, after a minute.
    /// </summary>
    private async Task<IReadOnlyList<CreatedChannel>> StillThereAsync(
        IReadOnlyList<CreatedChannel> channels,
        CancellationToken cancellationToken)
    {
        var heads = await containers.Conversations.ReadDocumentsAsync(
            channels.Select(channel => (Head.DocumentId, new PartitionKey(channel.ConversationId.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken);
        var known = heads.ToDictionary(head => head.ConversationId);
        var earliest = (time.GetUtcNow() - Creation).ToUnixTimeMilliseconds();
        return [.. channels.Where(one => known.TryGetValue(one.ConversationId, out var head) ? head.HasFollowers : one.At > earliest)];
    }
}

/// <summary>The channels that a user created, in their partition; some may be gone.</summary>
internal sealed record CreatedChannels(UserId UserId, IReadOnlyList<CreatedChannel> Created)
{
    public const string DocumentId = "channels";

    [JsonPropertyOrder(-2)]
    public string Type => "channels";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;
}

/// <summary>A channel that a user creates.</summary>
/// <param name="At">When it was counted, in Unix milliseconds.</param>
internal sealed record CreatedChannel(ConversationId ConversationId, long At);
