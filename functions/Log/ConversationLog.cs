using System.Collections.Concurrent;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// Appends to the logs of conversations. Every entry gets the next <c>seq</c> of its conversation, committed exactly once and
/// together with the head; a command that was answered is stored, and one that is repeated is stored once.
/// </summary>
/// <remarks>
/// Concurrent appends of this process to one conversation share a commit, which is one transactional batch. Between processes the head's
/// ETag decides. After the commit its delivery is enqueued. If that fails the append still succeeds, and the change feed enqueues it.
/// </remarks>
public sealed class ConversationLog(
    Container conversations,
    EnqueueDelivery enqueueDelivery,
    TimeProvider time,
    ILogger<ConversationLog> logger,
    Func<UserId, Problem?>? writeRefusal = null)
{
    /// <summary>How many conversations keep their lane. Beyond that idle lanes are dropped, which costs a read of 1 RU each.</summary>
    private const int MaxLanes = 10_000;

    /// <summary>How many lanes open between two counts: counting a concurrent dictionary takes all its locks.</summary>
    private const int LanesBetweenCounts = 1_000;

    /// <summary>How long after its arrival a call may wait for its commit; then it is answered 503.</summary>
    internal static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long an answer may wait until its delivery is enqueued, within the call's time-out.</summary>
    private static readonly TimeSpan EnqueueTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConversationId, ConversationLane> _lanes = new();
    private readonly CommitWriter _writer = new(conversations, time);
    private int _opened;

    /// <summary>Decides a command on the conversation's head and commits the decision.</summary>
    /// <param name="conversation">The conversation whose log it appends to.</param>
    /// <param name="command">The command.</param>
    /// <param name="session">What the caller has seen. No refusal is decided on anything older.</param>
    /// <param name="cancellationToken">Withdraws the command while no commit has taken it.</param>
    /// <returns>
    /// The refusal, the commit, or the first commit when this is a repeat. If there is no clear answer 3 s after the call arrived, a
    /// 503: the command may or may not be stored, and the caller repeats it.
    /// </returns>
    /// <exception cref="OperationCanceledException">
    /// The caller left before the command was part of a commit; it isn't stored.
    /// </exception>
    public async Task<AppendResult> AppendAsync(
        ConversationId conversation,
        LogCommand command,
        Session? session,
        CancellationToken cancellationToken) =>
        (await AppendInOrderAsync(conversation, [command], session, cancellationToken))[0];

    /// <summary>
    /// Appends the next part of a call, after the part before is committed. The part has a time-out of its own, so that a slow first part
    /// doesn't make the next one fail.
    /// </summary>
    /// <returns>What <see cref="AppendAsync"/> returns.</returns>
    public async Task<AppendResult> AppendFurtherAsync(
        ConversationId conversation,
        LogCommand command,
        Session? session,
        CancellationToken cancellationToken) =>
        (await AppendInOrderAsync(conversation, [command], Deadline.FromNow(CallTimeout, time), session, cancellationToken))[0];

    /// <summary>Appends what a queue function changes by itself. The queue message comes again if that can't be done now.</summary>
    /// <returns>What <see cref="AppendAsync"/> returns.</returns>
    /// <exception cref="TimeoutException">There is no clear answer.</exception>
    public async Task<AppendResult> ChangeAsync(ConversationId conversation, LogCommand command, CancellationToken cancellationToken)
    {
        var appended = await AppendFurtherAsync(conversation, command, null, cancellationToken);
        return appended.Refusal != Problems.Unavailable ? appended
            : throw new TimeoutException("The conversation can't be changed just now.");
    }

    /// <summary>
    /// Appends commands in order, in as few commits as they fit in. If one gets no clear answer, none after it is tried. Repeats are
    /// excepted: a repeat is stored already, so those after it are in order even if reading it fails.
    /// </summary>
    /// <returns>For each command what <see cref="AppendAsync"/> returns.</returns>
    /// <exception cref="OperationCanceledException">
    /// The caller left before all were part of a commit. A prefix of the commands may be stored.
    /// </exception>
    public Task<IReadOnlyList<AppendResult>> AppendInOrderAsync(
        ConversationId conversation,
        IReadOnlyList<LogCommand> commands,
        Session? session,
        CancellationToken cancellationToken) =>
        AppendInOrderAsync(conversation, commands, Deadline.ForCall(CallTimeout, time), session, cancellationToken);

    private async Task<IReadOnlyList<AppendResult>> AppendInOrderAsync(
        ConversationId conversation,
        IReadOnlyList<LogCommand> commands,
        Deadline deadline,
        Session? session,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<PendingAppend> all = [];
        foreach (var command in commands)
        {
            all.Add(new PendingAppend(command, deadline, session) { WriteRefusal = writeRefusal, Predecessor = all.LastOrDefault() });
        }

        var lane = Enqueue(conversation, all);
        using var withdrawal = cancellationToken.UnsafeRegister((_, token) => all.ForEach(one => lane.Withdraw(one, token)), null);
        using var timeout = deadline.CreateCancellation(time);
        using var end = timeout.Token.UnsafeRegister(_ => all.ForEach(lane.GiveUp), null);
        return await Task.WhenAll(all.Select(one => one.Task));
    }

    private ConversationLane Enqueue(ConversationId conversation, List<PendingAppend> all)
    {
        while (true)
        {
            // A lane may be retired between finding it and using it.
            var lane = _lanes.GetOrAdd(conversation, OpenLane);
            if (lane.TryEnqueue(all))
            {
                return lane;
            }
        }
    }

    private ConversationLane OpenLane(ConversationId conversation)
    {
        if (Interlocked.Increment(ref _opened) % LanesBetweenCounts == 0)
        {
            ForgetIdle();
        }

        return new(conversation, conversations, _writer, EnqueueDeliveryAsync, time, logger);
    }

    /// <summary>Never fails: the callers of the commit wait for it.</summary>
    private async Task EnqueueDeliveryAsync(CommittedRange range, Deadline deadline)
    {
        try
        {
            var left = deadline.Remaining(time);
            await enqueueDelivery(range).WaitAsync(left < EnqueueTimeout ? left : EnqueueTimeout, time);
        }
        catch (Exception exception)
        {
            // The commit stands, so its answer is a success. The change feed enqueues the delivery.
            logger.DeliveryNotEnqueued(exception, range.Head.ConversationId, range.First, range.Last);
        }
    }

    private void ForgetIdle()
    {
        if (_lanes.Count <= MaxLanes)
        {
            return;
        }

        foreach (var (conversation, lane) in _lanes)
        {
            if (lane.TryRetire())
            {
                _lanes.TryRemove(new(conversation, lane));
            }
        }
    }
}
