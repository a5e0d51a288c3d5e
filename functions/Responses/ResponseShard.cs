using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Responses;

/// <summary>
/// Where a user's responses to a channel's posts are, and are counted: a partition beside the channel's own, one of eight for each 1,024
/// posts. No conversation has such an id.
/// </summary>
/// <param name="Channel">The channel.</param>
/// <param name="Number">Which of the eight.</param>
/// <param name="Block">Which 1,024 posts: a partition holds 20 GB at most, and a channel's posts have no end.</param>
internal readonly record struct ResponseShard(ConversationId Channel, int Number, long Block)
{
    /// <summary>A burst of responses is spread over them. Never change it: it decides where a response is.</summary>
    private const int Shards = 8;

    private const int PostsPerBlock = 1_024;

    public string Id => $"{Channel.Value}:{Number}:{Block}";

    public PartitionKey Partition => new(Id);

    public static ResponseShard Of(ConversationId channel, UserId user, long ordinal) =>
        new(channel, SHA256.HashData(Encoding.UTF8.GetBytes(user.Value))[1] % Shards, ordinal / PostsPerBlock);

    public static ResponseShard Of(ConversationId channel, int number, long ordinal) => new(channel, number, ordinal / PostsPerBlock);

    public static bool TryParse(string id, out ResponseShard shard)
    {
        shard = default;
        if (id.Split(':') is not [var channel, var number, var block]
            || !ConversationId.TryParse(channel, out var conversation)
            || !int.TryParse(number, CultureInfo.InvariantCulture, out var which)
            || !long.TryParse(block, CultureInfo.InvariantCulture, out var posts))
        {
            return false;
        }

        shard = new(conversation, which, posts);
        return true;
    }
}
