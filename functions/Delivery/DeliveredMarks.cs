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
    /// <summary>Conversations of which this process remembers what it has finished; forgetting one costs a read.</summary>
    private const int MaxFinished = 10_000;

    private readonly Container _conversations = containers.Conversations;
    private readonly Dictionary<ConversationId, Raise> _gathering = [];
    private readonly Dictionary<ConversationId, long> _finished = [];

    /// <summary>The mark; one at 0 when nothing was delivered yet.</summary>
    public async Task<DeliveredMark> ReadAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        (await ReadWithETagAsync(conversation, cancellationToken)).Mark;

    /// <summary>Whether this process stored itself that all up to a position is delivered, inboxes and all. False says nothing.</summary>
    public bool HasFinished(ConversationId conversation, long seq)
    {
        lock (_finished)
        {
            return _finished.TryGetValue(conversation, out var finished) && finished >= seq;
        }
    }

    /// <summary>Notes what a delivery has done; on return it is stored.</summary>
    public Task RaiseAsync(ConversationId conversation, DeliveryStep step, CancellationToken cancellationToken)
    {
        Raise? raise;
        lock (_gathering)
        {
            if (!_gathering.TryGetValue(conversation, out raise))
            {
                _gathering[conversation] = raise = new Raise();
                _ = WriteAllAsync(conversation);
            }

            raise.Steps.Add(step);
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
                if (!await TryAdvanceAsync(conversation, raise.Steps))
                {
                    await MergeAsync(conversation, raise.Steps);
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
            if (raise.Steps.Count == 0)
            {
                _gathering.Remove(conversation);
                return null;
            }

            _gathering[conversation] = new Raise();
            return raise;
        }
    }

    /// <summary>The common case, in one write and no read: ranges follow on what was delivered. False when they don't, and nothing was written.</summary>
    private async Task<bool> TryAdvanceAsync(ConversationId conversation, List<DeliveryStep> steps)
    {
        var before = steps.Min(step => step.Delivered.Select(range => range.First).DefaultIfEmpty().Min()) - 1;
        var mark = steps.Aggregate(new DeliveredMark { ConversationId = conversation, DeliveredSeq = before }, static (sum, step) => sum.With(step));
        if (before <= 0 || mark.Early.Count > 0)
        {
            // A conversation's first range has no mark to advance, and what was put off has no range.
            return false;
        }

        var after = mark.DeliveredSeq;
        var condition = $"c.deliveredSeq >= {before} AND c.deliveredSeq < {after} AND ARRAY_LENGTH(c.early) = 0";
        List<PatchOperation> operations = [PatchOperation.Set("/deliveredSeq", after)];
        if (mark is { PutOffSeq: 0, InboxSeq: 0 })
        {
            condition += " AND c.inboxSeq >= c.putOffSeq";
        }

        if (mark.PutOffSeq > 0)
        {
            condition += $" AND c.putOffSeq < {mark.PutOffSeq}";
            operations.Add(PatchOperation.Set("/putOffSeq", mark.PutOffSeq));
        }

        if (mark.InboxSeq > 0)
        {
            condition += $" AND c.inboxSeq < {mark.InboxSeq}";
            operations.AddRange([PatchOperation.Set("/inboxSeq", mark.InboxSeq), PatchOperation.Set("/inboxesAt", mark.InboxesAt)]);
        }

        using var response = await _conversations.PatchItemStreamAsync(
            DeliveredMark.DocumentId,
            new PartitionKey(conversation.Value),
            operations,
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false });
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        if (mark.InboxSeq >= after || mark is { PutOffSeq: 0, InboxSeq: 0 })
        {
            Remember(conversation, after);
        }

        return true;
    }

    private void Remember(ConversationId conversation, long finished)
    {
        lock (_finished)
        {
            if (_finished.Count >= MaxFinished)
            {
                _finished.Clear();
            }

            _finished[conversation] = Math.Max(finished, _finished.GetValueOrDefault(conversation));
        }
    }

    private async Task MergeAsync(ConversationId conversation, List<DeliveryStep> steps)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (mark, etag) = await ReadWithETagAsync(conversation, CancellationToken.None);
            if (steps.TrueForAll(mark.Has))
            {
                return;
            }

            var merged = steps.Aggregate(mark, static (sum, step) => sum.With(step));
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

    /// <summary>Steps that go out in one write.</summary>
    private sealed class Raise
    {
        public List<DeliveryStep> Steps { get; } = [];

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
