using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// One conversation's appends in this process (group commit). While a commit is in flight, later commands wait. The next commit then
/// contains all of them, up to the bounds of a batch. The lane caches the head, so that a commit needs no read unless another process
/// committed in between.
/// </summary>
/// <remarks>
/// Commits run one after another, in <see cref="RunAsync"/>; nothing else reads or changes the cached head. The lock guards the state
/// that callers change too: the waiting commands, the parked actors, and whether the lane runs.
/// </remarks>
internal sealed class ConversationLane(
    ConversationId conversation,
    Container conversations,
    CommitWriter writer,
    Func<CommittedRange, Deadline, Task> enqueueDelivery,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>How many commands may wait in one conversation; the next is answered 503.</summary>
    private const int MaxWaiting = 2_000;

    private readonly Lock _lock = new();
    private readonly List<PendingAppend> _waiting = [];
    private readonly ParkedActors _parked = new();
    private readonly SessionHeadReader _sessionReader = new(conversation, conversations, time, logger);
    private readonly RepeatReader _repeats = new(conversation, conversations, time);
    private readonly LaneCache _cache = new(conversation, conversations, time);
    private bool _running;
    private bool _retired;

    /// <summary>Enqueues commands at once, so that no commit begins between two of them. False when this lane is retired.</summary>
    public bool TryEnqueue(List<PendingAppend> all)
    {
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            var room = Math.Max(0, MaxWaiting - _waiting.Count - _parked.Count);
            _waiting.AddRange(all.Take(room));
            all.Skip(room).ToList().ForEach(pending => pending.TimeOut());
            Start();
            return true;
        }
    }

    /// <summary>Withdraws a command that no commit has taken yet. Later commands of its call are then given up, too.</summary>
    public void Withdraw(PendingAppend pending, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Remove(pending) || _parked.Contains(pending))
            {
                pending.Withdraw(cancellationToken);
            }
        }
    }

    /// <summary>Answers a command's caller 503. If a commit has taken the command, the commit goes on.</summary>
    public void GiveUp(PendingAppend pending)
    {
        // Under the lock: a commit that takes a later command of the same call must see that this one is given up.
        lock (_lock)
        {
            _waiting.Remove(pending);

            // A committed command gets its own answer soon, when its delivery is enqueued.
            if (!pending.IsCommitted)
            {
                pending.TimeOut();
            }
        }
    }

    /// <summary>Retires the lane if no command waits in it or is being committed. A retired lane takes no more commands.</summary>
    public bool TryRetire()
    {
        lock (_lock)
        {
            return _retired = !_running && _parked.Count == 0;
        }
    }

    private void Start()
    {
        if (!_running && _waiting.Count > 0)
        {
            _running = true;

            // Not on the caller's stack, nor in its context: the lane goes on with others' commits after that caller has gone.
            ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.RunAsync(), this, preferLocal: false);
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<PendingAppend> batch = [];
            lock (_lock)
            {
                FillUp(batch);
                if (batch.Count == 0)
                {
                    // Under the lock: a command that comes now starts the lane again.
                    _running = false;
                    return;
                }

                _parked.DrainHeads().ForEach(_cache.OfferHead);
            }

            await InContextOf(batch[0], () => TryCommitAsync(batch));
        }
    }

    /// <summary>Acts in the context of a command's invocation: the Functions host drops log lines from outside of one.</summary>
    private static Task InContextOf(PendingAppend pending, Func<Task> act)
    {
        var acting = Task.CompletedTask;
        ExecutionContext.Run(pending.Context, _ => acting = act(), null);
        return acting;
    }

    private async Task TryCommitAsync(List<PendingAppend> batch)
    {
        try
        {
            await CommitAsync(batch);
        }
        catch (Exception exception)
        {
            // The loop must go on, or later commands would never be answered. These callers get the exception, and the next commit
            // reads the head anew.
            logger.CommitFailed(exception, conversation);
            _cache.ForgetHead();
            batch.ForEach(pending => pending.Fail(exception));
        }
    }

    /// <summary>
    /// Moves waiting commands into a batch, as far as it has room. If not all fit, every actor gets an equal share first. The batch keeps
    /// the order of arrival.
    /// </summary>
    private void FillUp(List<PendingAppend> batch)
    {
        var room = CommitPlan.MaxOperations - 1 - batch.Count;
        if (_waiting.Count <= room && _parked.Count == 0)
        {
            batch.AddRange(_waiting);
            _waiting.Clear();
            return;
        }

        var free = _waiting.FindAll(pending => !_parked.IsParked(pending));
        var taken = FairShare.Choose(free, pending => pending.Command.Actor, room);
        batch.AddRange(taken);
        var chosen = taken.ToHashSet();
        _waiting.RemoveAll(chosen.Contains);
    }

    /// <summary>Decides the batch's commands and commits them; after a conflict it decides them again on the new head.</summary>
    private async Task CommitAsync(List<PendingAppend> batch)
    {
        var isHeadReadForThisBatch = _cache.Head is null;
        for (var attempt = 0; ;)
        {
            DropEnded(batch);
            if (batch.Count == 0 || !await TryLoadAsync(batch))
            {
                return;
            }

            var plan = Plan(batch);
            List<PendingAppend> unverified =
                [.. plan.Unverified.Where(pending => !pending.IsHeadVerified && !(isHeadReadForThisBatch && pending.Session is null))];
            if (unverified.Count > 0)
            {
                // A refusal writes nothing, so no 412 tells that the cached head is stale. Therefore the head is read before a refusal. If
                // the caller has a session, it is read by that. Documents are read after the head, so they are as new.
                if (!isHeadReadForThisBatch && unverified.Exists(pending => pending.Session is null))
                {
                    _cache.ForgetHead();
                    isHeadReadForThisBatch = true;
                }

                unverified.ForEach(pending => pending.IsHeadVerified = true);
                Park(unverified.FindAll(pending => pending.Session is not null), batch);
                continue;
            }

            Settle(plan, batch);
            if (batch.Count == 0)
            {
                return;
            }

            plan.Seal();
            var outcome = await WriteAsync(plan, Deadline.Latest(batch));
            switch (outcome.Status)
            {
                case CommitStatus.Committed:
                    return;
                case CommitStatus.FoundRepeat:
                    // Nothing was written. The others are decided again without the repeat, on the same head.
                    batch.Remove(outcome.Repeated!);
                    _cache.RememberId(outcome.Repeated!.Command.RepeatId);
                    _ = _repeats.AnswerAsync(outcome.Repeated!, _cache, outcome.Session);
                    break;
                case CommitStatus.Conflict:
                    _cache.ForgetHead();
                    isHeadReadForThisBatch = true;
                    await Task.Delay(Backoff.Jitter(attempt++), time);
                    lock (_lock)
                    {
                        FillUp(batch);
                    }

                    break;
                default:
                    // Nobody knows whether it was applied. The callers get a 503; their retries find out, by the idempotency key.
                    _cache.ForgetHead();
                    batch.ForEach(pending => pending.TimeOut());
                    return;
            }
        }
    }

    /// <summary>Loads what the batch's commands are decided on; false when all of them timed out meanwhile.</summary>
    private async Task<bool> TryLoadAsync(List<PendingAppend> batch)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var timeout = Deadline.Latest(batch).CreateCancellation(time);
                await _cache.LoadAsync(batch, timeout.Token);
                return true;
            }
            catch (Exception exception) when (CosmosFailures.IsTransient(exception))
            {
                logger.Unreadable(exception, conversation, isHeadRead: _cache.Head is not null);
                _cache.ForgetHead();
                await Task.Delay(Backoff.Jitter(attempt, (exception as CosmosException)?.RetryAfter), time);
                DropEnded(batch);
                if (batch.Count == 0)
                {
                    return false;
                }
            }
        }
    }

    /// <summary>
    /// Parks the actors of commands whose answer rests on an unverified head, and reads the head by their sessions. Commits of others go
    /// on meanwhile, because a read by a session that is ahead of every replica takes up to 500 ms.
    /// </summary>
    private void Park(List<PendingAppend> unverified, List<PendingAppend> batch)
    {
        foreach (var ofOne in unverified.GroupBy(pending => pending.Command.Actor))
        {
            var commands = batch.FindAll(pending => pending.Command.Actor == ofOne.Key);
            batch.RemoveAll(commands.Contains);
            lock (_lock)
            {
                _parked.Park(commands);
            }

            List<Session> sessions = [.. ofOne.Select(pending => pending.Session).OfType<Session>().Distinct()];
            _ = InContextOf(commands[0], () => ReadHeadForAsync(commands, [.. ofOne], sessions));
        }
    }

    /// <summary>
    /// Reads the head by one actor's sessions, then puts their commands back in front. A command that would be refused is answered 503 if
    /// the read by its session is late: no refusal is decided on anything older than what its caller has seen.
    /// </summary>
    /// <param name="commands">All of the actor's commands.</param>
    /// <param name="unverified">Those that would be refused on the cached head.</param>
    /// <param name="sessions">The sessions of these.</param>
    private async Task ReadHeadForAsync(List<PendingAppend> commands, List<PendingAppend> unverified, List<Session> sessions)
    {
        List<SessionHead> heads = [];
        try
        {
            heads = await _sessionReader.ReadAsync(sessions, Deadline.Latest(commands));
            unverified.FindAll(pending => heads.Exists(head => head.IsLate && head.Session == pending.Session))
                .ForEach(pending => pending.TimeOut());
        }
        catch (Exception exception)
        {
            // Nobody awaits this task. Unanswered, the callers would wait until their deadline.
            logger.SessionReadFailed(exception, conversation);
            commands.ForEach(pending => pending.Fail(exception));
        }

        lock (_lock)
        {
            _parked.Release(commands, heads.Select(head => head.Found));

            // In front, because the actor may have sent more meanwhile.
            _waiting.InsertRange(0, commands.Where(pending => !pending.Task.IsCompleted));
            Start();
        }
    }

    private CommitPlan Plan(List<PendingAppend> batch)
    {
        var plan = new CommitPlan(
            conversation,
            _cache.Head,
            _cache.ETag,
            _cache.MemberOf,
            _cache.Documents,
            _cache.NextCommitTime());
        foreach (var pending in batch)
        {
            plan.Add(pending, _cache.IsRecent(pending.Command.RepeatId));
        }

        return plan;
    }

    /// <summary>
    /// Answers what needs no commit and puts back what has no room. The batch then holds what the plan commits, and what is to be answered
    /// with it.
    /// </summary>
    private void Settle(CommitPlan plan, List<PendingAppend> batch)
    {
        plan.Answers.ForEach(answered => answered.Pending.Complete(answered.Answer with { Session = _cache.Session }));
        plan.Repeats.ForEach(repeat => _ = _repeats.AnswerAsync(repeat, _cache, null));
        lock (_lock)
        {
            _waiting.InsertRange(0, plan.Deferred);
        }

        if (plan.DependentAnswers.Count == 0)
        {
            batch.Clear();
            batch.AddRange(plan.Accepted);
            return;
        }

        // In the order of arrival, in which they are decided again if there is a conflict.
        HashSet<PendingAppend> kept = [.. plan.Accepted, .. plan.DependentAnswers.Select(answered => answered.Pending)];
        batch.RemoveAll(pending => !kept.Contains(pending));
    }

    /// <summary>Writes a plan. After the commit it enqueues the delivery and answers the callers.</summary>
    private async Task<CommitResult> WriteAsync(CommitPlan plan, Deadline deadline)
    {
        using var span = Spans.StartCommit(conversation, plan.Accepted);
        var start = time.GetTimestamp();
        var outcome = await writer.WriteAsync(plan, deadline);
        Metrics.Count(plan, outcome.Status, time.GetElapsedTime(start));
        span?.SetTag(Metrics.Outcome, Metrics.Name(outcome.Status));
        if (outcome.Status == CommitStatus.Committed)
        {
            _cache.Advance(plan, outcome.HeadETag, outcome.Session);
            plan.Accepted.ForEach(pending => pending.IsCommitted = true);
            var range = new CommittedRange(plan.Head!, plan.Entries, outcome.Session) { Changed = plan.Changed };

            // The next commit doesn't wait until this one's delivery is enqueued. The callers do: the host may stop an instance
            // whose invocations have ended.
            plan.CompleteDependents(range);

            // Enqueueing never throws.
            _ = Task.Run(async () =>
            {
                await (range.Entries.Count > 0 ? enqueueDelivery(range, Deadline.Earliest(plan.Accepted)) : Task.CompletedTask);
                plan.Complete(range);
            });
        }

        return outcome;
    }

    /// <summary>
    /// Drops commands that were answered, such as those that failed when they were decided. Answers 503 to those whose deadline has passed,
    /// or whose predecessor got no clear answer, and drops them, too.
    /// </summary>
    private void DropEnded(List<PendingAppend> batch)
    {
        // Under the lock, as GiveUp: who sees that a command is answered sees whether it was given up.
        lock (_lock)
        {
            batch.FindAll(pending => pending.Deadline.Remaining(time) <= TimeSpan.Zero || pending.Predecessor?.IsGivenUp == true)
                .ForEach(pending => pending.TimeOut());
            batch.RemoveAll(pending => pending.Task.IsCompleted);
        }
    }
}
