using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// One conversation's appends in this process (group commit): while a commit is in flight, later commands wait for the next, which
/// takes as many as fit. The lane caches the head, so that a commit needs no read unless another process committed in between.
/// </summary>
/// <remarks>
/// One commit at a time: only <see cref="RunAsync"/> uses the cache and writes. The lock guards what callers share with it: who
/// waits, who is blocked, and whether the lane runs.
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
    private readonly BlockedActors _blocked = new();
    private readonly SessionHeadReader _sessionReader = new(conversation, conversations, time, logger);
    private readonly RepeatReader _repeats = new(conversation, conversations, time);
    private readonly LaneCache _cache = new(conversation, conversations, time);
    private bool _running;
    private bool _retired;

    /// <summary>Enqueues commands, all before the next commit; false when this lane is retired and another must be asked.</summary>
    public bool TryEnqueue(List<PendingAppend> all)
    {
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            var room = Math.Max(0, MaxWaiting - _waiting.Count - _blocked.Count);
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
            if (_waiting.Remove(pending) || _blocked.Contains(pending))
            {
                pending.Withdraw(cancellationToken);
            }
        }
    }

    /// <summary>Answers a command's caller 503. If a commit has taken the command, the commit goes on.</summary>
    public void GiveUp(PendingAppend pending)
    {
        lock (_lock)
        {
            _waiting.Remove(pending);
        }

        // A stored command is answered soon: only its delivery is still to be enqueued.
        if (!pending.IsCommitted)
        {
            pending.TimeOut();
        }
    }

    /// <summary>Retires the lane if nobody uses it.</summary>
    public bool TryRetire()
    {
        lock (_lock)
        {
            return _retired = !_running && _blocked.Count == 0;
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
                Take(batch);
                if (batch.Count == 0)
                {
                    // Under the lock: a command that comes now starts the lane again.
                    _running = false;
                    return;
                }

                _blocked.TakeHeads().ForEach(_cache.TakeHead);
            }

            await InContextOf(batch[0], () => TryCommitAsync(batch));
        }
    }

    /// <summary>Acts in the context of an invocation that waits: the Functions host drops log lines from outside of any.</summary>
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
            // The loop must survive, or the conversation would hang: its callers get the exception, later commands a fresh head.
            logger.CommitFailed(exception, conversation);
            _cache.ForgetHead();
            batch.ForEach(pending => pending.Fail(exception));
        }
    }

    /// <summary>Fills a batch up from the waiting commands, in order of arrival; every actor gets an equal share first.</summary>
    private void Take(List<PendingAppend> batch)
    {
        var room = CommitPlan.MaxOperations - 1 - batch.Count;
        if (_waiting.Count <= room && _blocked.Count == 0)
        {
            batch.AddRange(_waiting);
            _waiting.Clear();
            return;
        }

        var free = _waiting.FindAll(pending => !_blocked.Blocks(pending));
        var taken = FairShare.Choose(free, pending => pending.Command.Actor, room);
        batch.AddRange(taken);
        var chosen = taken.ToHashSet();
        _waiting.RemoveAll(chosen.Contains);
    }

    /// <summary>Decides and commits the batch's commands, again after each conflict, until every one is answered or waits again.</summary>
    private async Task CommitAsync(List<PendingAppend> batch)
    {
        var isHeadFresh = _cache.Head is null;
        for (var attempt = 0; ;)
        {
            TimeOutExpired(batch);
            if (batch.Count == 0 || !await TryLoadAsync(batch))
            {
                return;
            }

            var plan = Plan(batch);
            List<PendingAppend> stale =
                [.. plan.Unverified.Where(pending => !pending.IsHeadFresh && !(isHeadFresh && pending.Session is null))];
            if (stale.Count > 0)
            {
                // A refusal makes no commit, so no 412 would tell that the cached head is old. A head that is read now is current,
                // and so are documents that are read after it.
                if (!isHeadFresh && stale.Exists(pending => pending.Session is null))
                {
                    _cache.ForgetHead();
                    isHeadFresh = true;
                }

                stale.ForEach(pending => pending.IsHeadFresh = true);
                Block(stale.FindAll(pending => pending.Session is not null), batch);
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
                case CommitStatus.Repeat:
                    // Nothing was written. The others are decided again without the repeat, on the same head.
                    batch.Remove(outcome.Repeated!);
                    _cache.RememberId(outcome.Repeated!.Command.RepeatId);
                    _ = _repeats.AnswerAsync(outcome.Repeated!, _cache, outcome.Session);
                    break;
                case CommitStatus.Conflict:
                    _cache.ForgetHead();
                    isHeadFresh = true;
                    await Task.Delay(Backoff.Jitter(attempt++), time);
                    lock (_lock)
                    {
                        Take(batch);
                    }

                    break;
                default:
                    // It may be committed: the callers repeat their commands and find out.
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
                logger.HeadUnreadable(exception, conversation);
                _cache.ForgetHead();
                await Task.Delay(Backoff.Jitter(attempt, (exception as CosmosException)?.RetryAfter), time);
                TimeOutExpired(batch);
                if (batch.Count == 0)
                {
                    return false;
                }
            }
        }
    }

    /// <summary>
    /// Blocks the actors whose session may be ahead of the cached head, and reads the head by their sessions. Others' commits go on
    /// meanwhile: a session that is ahead of every replica would hold them up for seconds.
    /// </summary>
    private void Block(List<PendingAppend> stale, List<PendingAppend> batch)
    {
        foreach (var ofOne in stale.GroupBy(pending => pending.Command.Actor))
        {
            var commands = batch.FindAll(pending => pending.Command.Actor == ofOne.Key);
            batch.RemoveAll(commands.Contains);
            lock (_lock)
            {
                _blocked.Block(commands);
            }

            List<Session> sessions = [.. ofOne.Select(pending => pending.Session).OfType<Session>().Distinct()];
            _ = InContextOf(commands[0], () => ReadHeadForAsync(commands, sessions));
        }
    }

    /// <summary>Reads the head by one actor's sessions, then puts their commands back in front.</summary>
    private async Task ReadHeadForAsync(List<PendingAppend> commands, List<Session> sessions)
    {
        List<StoredDocument<Head>?> heads = [];
        try
        {
            heads = await _sessionReader.ReadAsync(sessions, Deadline.Latest(commands));
        }
        catch (Exception exception)
        {
            // Nobody awaits this task: without the answer the callers would wait for their time-out.
            logger.CommitFailed(exception, conversation);
            commands.ForEach(pending => pending.Fail(exception));
        }

        lock (_lock)
        {
            _blocked.Unblock(commands, heads);

            // In front of what the actor sent meanwhile.
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

    /// <summary>Answers what needs no commit and puts back what has no room. The batch then holds what the plan commits.</summary>
    private void Settle(CommitPlan plan, List<PendingAppend> batch)
    {
        plan.Answers.ForEach(answered => answered.Pending.Complete(answered.Answer with { Session = _cache.Session }));
        plan.Repeats.ForEach(repeat => _ = _repeats.AnswerAsync(repeat, _cache, null));
        lock (_lock)
        {
            _waiting.InsertRange(0, plan.Deferred);
        }

        batch.Clear();
        batch.AddRange(plan.Accepted);
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
            var range = new CommittedRange(plan.Head!, plan.Entries, outcome.Session);

            // The next commit doesn't wait until this one's delivery is enqueued. The callers do: the host may stop an instance
            // whose invocations have ended.
            _ = Task.Run(() => AnswerAsync(plan.Accepted, range));
        }

        return outcome;
    }

    private async Task AnswerAsync(List<PendingAppend> accepted, CommittedRange range)
    {
        if (range.Entries.Count > 0)
        {
            await enqueueDelivery(range, Deadline.Earliest(accepted));
        }

        var commit = range.Entries is [var first, ..] ? first.Commit : null;
        foreach (var pending in accepted)
        {
            // The decision didn't know yet where its commit would end.
            IReadOnlyList<LogEntry> entries = [.. pending.Decision.Entries.Select(entry => entry with { Commit = commit })];
            pending.Complete(new AppendResult(null, entries, pending.Decision.Documents, range.Head, range.Session));
        }
    }

    /// <summary>Times out the commands whose deadline has passed, and those whose predecessor was given up.</summary>
    private void TimeOutExpired(List<PendingAppend> batch) => batch.RemoveAll(pending =>
    {
        var isExpired = pending.Deadline.Remaining(time) <= TimeSpan.Zero || pending.Predecessor?.IsGivenUp == true;
        if (isExpired)
        {
            pending.TimeOut();
        }

        return isExpired;
    });
}
