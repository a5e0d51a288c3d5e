using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Delivery;

/// <summary>Reads and raises how far conversations have been delivered.</summary>
/// <remarks>
/// Raises of one conversation that meet in this process share a write; between processes the ETag decides, and the loser merges again. A mark
/// that isn't raised, for whatever reason, costs a second delivery, never a message.
/// </remarks>
public sealed class DeliveredMarks(ChatContainers containers)
{
    private readonly Container _conversations = containers.Conversations;
    private readonly Dictionary<ConversationId, Raise> _gathering = [];

    /// <summary>The mark; one at 0 when nothing was delivered yet.</summary>
    public async Task<DeliveredMark> ReadAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        (await ReadWithETagAsync(conversation, cancellationToken)).Mark;

    /// <summary>Notes that a range was delivered; on return it is stored.</summary>
    public Task RaiseAsync(ConversationId conversation, SeqRange delivered, CancellationToken cancellationToken)
    {
        Raise? raise;
        lock (_gathering)
        {
            if (!_gathering.TryGetValue(conversation, out raise))
            {
                _gathering[conversation] = raise = new Raise();
                _ = WriteAllAsync(conversation);
            }

            raise.Ranges.Add(delivered);
        }

        return raise.Written.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what has gathered, and what gathers meanwhile, until nothing has.</summary>
    private async Task WriteAllAsync(ConversationId conversation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (Take(conversation) is { } raise)
        {
            try
            {
                if (!await TryAdvanceAsync(conversation, raise.Ranges))
                {
                    await MergeAsync(conversation, raise.Ranges);
                }

                raise.Written.SetResult();
            }
            catch (Exception exception)
            {
                raise.Written.SetException(exception);
            }
        }
    }

    private Raise? Take(ConversationId conversation)
    {
        lock (_gathering)
        {
            var raise = _gathering[conversation];
            if (raise.Ranges.Count == 0)
            {
                _gathering.Remove(conversation);
                return null;
            }

            _gathering[conversation] = new Raise();
            return raise;
        }
    }

    /// <summary>The common case, in one write and no read: the ranges follow on what was delivered. False when they don't, and nothing was written.</summary>
    private async Task<bool> TryAdvanceAsync(ConversationId conversation, List<SeqRange> ranges)
    {
        var before = ranges.Min(range => range.First) - 1;
        var mark = ranges.Aggregate(new DeliveredMark { ConversationId = conversation, DeliveredSeq = before }, static (sum, range) => sum.With(range));
        if (before == 0 || mark.Early.Count > 0)
        {
            // A conversation's first range has no mark to advance.
            return false;
        }

        var after = mark.DeliveredSeq;
        using var response = await _conversations.PatchItemStreamAsync(
            DeliveredMark.DocumentId,
            new PartitionKey(conversation.Value),
            [PatchOperation.Set("/deliveredSeq", after)],
            new PatchItemRequestOptions
            {
                FilterPredicate = $"FROM c WHERE c.deliveredSeq >= {before} AND c.deliveredSeq < {after} AND ARRAY_LENGTH(c.early) = 0",
                EnableContentResponseOnWrite = false,
            });
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }

    private async Task MergeAsync(ConversationId conversation, List<SeqRange> ranges)
    {
        while (true)
        {
            var (mark, etag) = await ReadWithETagAsync(conversation, CancellationToken.None);
            var merged = ranges.Aggregate(mark, static (sum, range) => sum.With(range));
            if (ranges.TrueForAll(mark.Covers))
            {
                return;
            }

            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(merged, ChatJson.Default.DeliveredMark), writable: false);
            var partition = new PartitionKey(conversation.Value);
            using var response = etag is null
                ? await _conversations.CreateItemStreamAsync(body, partition, new ItemRequestOptions { EnableContentResponseOnWrite = false })
                : await _conversations.ReplaceItemStreamAsync(body, DeliveredMark.DocumentId, partition, new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false });
            if (response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed))
            {
                response.EnsureSuccessStatusCode();
                return;
            }
        }
    }

    private async Task<(DeliveredMark Mark, string? ETag)> ReadWithETagAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var (mark, etag) = await _conversations.ReadDocumentAsync(DeliveredMark.DocumentId, conversation, ChatJson.Default.DeliveredMark, null, cancellationToken);
        return (mark ?? new DeliveredMark { ConversationId = conversation }, etag);
    }

    /// <summary>Ranges that go out in one write.</summary>
    private sealed class Raise
    {
        public List<SeqRange> Ranges { get; } = [];

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
