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
/// Appends to one conversation that meet in this process share a commit (one transactional batch). Between processes the head's ETag decides.
/// What was committed is handed over to delivery afterwards; if that fails the append still succeeds, and the change feed hands over.
/// </remarks>
public sealed class ConversationLog(Container conversations, EnqueueDelivery enqueueDelivery, TimeProvider time, ILogger<ConversationLog> logger)
{
    /// <summary>
    /// Conversations whose head is kept at hand; beyond that the idle ones are forgotten, which costs a read of 1 RU each.
    /// </summary>
    private const int MaxLanes = 10_000;

    /// <summary>Counting them locks them all, so it isn't done for each.</summary>
    private const int LanesBetweenCounts = 1_000;

    /// <summary>How long after its arrival a call may wait for its commit before the caller is told to try again.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long an answer may wait for the hand-over of what it committed, within the call's patience.</summary>
    private static readonly TimeSpan EnqueueTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConversationId, ConversationLane> _lanes = new();
    private readonly CommitWriter _writer = new(conversations, time);
    private int _opened;

    /// <summary>Decides a command on the conversation's head and commits what it comes to.</summary>
    /// <param name="conversation">Whose log it is.</param>
    /// <param name="command">What is wanted.</param>
    /// <param name="session">What the caller has seen: no refusal comes from anything older.</param>
    /// <param name="cancellationToken">Withdraws the command while no commit has taken it.</param>
    /// <returns>
    /// The refusal, the commit, or the first commit when this is a repeat. When there is no clear answer 3 s after the call came
    /// in, whatever it waits for: a 503, and the command may or may not be stored; repeat it.
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
    /// Appends a further part of what a call wants, once the part before is committed: it may take as long as a call of its own, so that it
    /// doesn't fail by the time that the part before took.
    /// </summary>
    /// <returns>What <see cref="AppendAsync"/> returns.</returns>
    public async Task<AppendResult> AppendFurtherAsync(
        ConversationId conversation,
        LogCommand command,
        Session? session,
        CancellationToken cancellationToken) =>
        (await AppendInOrderAsync(conversation, [command], Deadline.FromNow(CallTimeout, time), session, cancellationToken))[0];

    /// <summary>
    /// Appends one after another, in as few commits as they fit in; when one gets no clear answer, none after it is tried.
    /// </summary>
    /// <returns>For each what <see cref="AppendAsync"/> returns.</returns>
    /// <exception cref="OperationCanceledException">
    /// The caller left before all were part of a commit; those after the last that is stored aren't.
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
            all.Add(new PendingAppend(command, deadline, session) { Predecessor = all.LastOrDefault() });
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
            // Again when the lane was forgotten between finding it and using it.
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

    private async Task EnqueueDeliveryAsync(CommittedRange range, Deadline deadline)
    {
        try
        {
            var left = deadline.Remaining(time);
            await enqueueDelivery(range).WaitAsync(left < EnqueueTimeout ? left : EnqueueTimeout, time);
        }
        catch (Exception exception)
        {
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
