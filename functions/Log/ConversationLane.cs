using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// One conversation's appends in this process: while a commit is in flight, later commands wait for the next, which takes as many as fit.
/// Keeps the head at hand, so that a commit costs no read unless another process committed in between.
/// </summary>
internal sealed class ConversationLane(
    ConversationId conversation,
    Container conversations,
    CommitWriter writer,
    Func<CommittedRange, Deadline, Task> enqueueDelivery,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>How many commands may wait in one conversation; the next is told to try again.</summary>
    private const int MaxWaiting = 2_000;

    private readonly Lock _lock = new();
    private readonly List<PendingAppend> _waiting = [];
    private readonly BlockedActors _blocked = new();
    private readonly SessionHeadReader _sessionReader = new(conversation, conversations, time, logger);
    private readonly LaneCache _cache = new(conversation, conversations, time);
    private bool _running;
    private bool _retired;

    /// <summary>Takes commands in, all before the next commit; false when this lane has been given up and another must be asked.</summary>
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
            all.Skip(room).ToList().ForEach(pending => pending.Complete(AppendResult.Refused(Problems.Unavailable)));
            Start();
            return true;
        }
    }

    /// <summary>Takes a command back that isn't part of a commit yet; those that follow it find it given up.</summary>
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

    /// <summary>
    /// Tells a command's caller to try again: it is taken back if it isn't part of a commit yet, and its commit goes on if it is.
    /// </summary>
    public void GiveUp(PendingAppend pending)
    {
        lock (_lock)
        {
            _waiting.Remove(pending);
        }

        if (!pending.IsCommitted)
        {
            TimeOut(pending);
        }
    }

    /// <summary>Gives the lane up if nobody uses it.</summary>
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
            // Neither on the caller's stack nor in its context: others' commits come after it has gone.
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
                    _running = false;
                    return;
                }

                _blocked.TakeHeads().ForEach(_cache.TakeHead);
            }

            await InContextOf(batch[0], () => TryCommitAsync(batch));
        }
    }

    /// <summary>In the context of an invocation that waits for it: the Functions host drops what is logged outside of any.</summary>
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
            logger.CommitFailed(exception, conversation);
            _cache.ForgetHead();
            batch.ForEach(pending => pending.Fail(exception));
        }
    }

    /// <summary>Fills a batch up from those who wait, in order of arrival, giving every actor an equal share first.</summary>
    private void Take(List<PendingAppend> batch)
    {
        var room = CommitPlan.MaxOperations - 1 - batch.Count;
        if (_waiting.Count <= room && _blocked.Count == 0)
        {
            batch.AddRange(_waiting);
            _waiting.Clear();
            return;
        }

        var taken = FairShare.Choose(_waiting.FindAll(pending => !_blocked.Blocks(pending)), pending => pending.Command.Actor, room);
        batch.AddRange(taken);
        var chosen = taken.ToHashSet();
        _waiting.RemoveAll(chosen.Contains);
    }

    /// <summary>
    /// Commits what the batch's commands come to, again and again until every one has its answer or is back among those who wait.
    /// </summary>
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
            List<PendingAppend> behind =
                [.. plan.Unverified.Where(pending => !pending.IsHeadFresh && !(isHeadFresh && pending.Session is null))];
            if (behind.Count > 0)
            {
                // No commit will show whether the head at hand is behind; one that is read now isn't, nor are documents that are
                // read after it.
                if (!isHeadFresh && behind.Exists(pending => pending.Session is null))
                {
                    _cache.ForgetHead();
                    isHeadFresh = true;
                }

                behind.ForEach(pending => pending.IsHeadFresh = true);
                Block(behind.FindAll(pending => pending.Session is not null), batch);
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
                    batch.Remove(outcome.Repeated!);
                    _cache.RememberId(outcome.Repeated!.Command.RepeatId);
                    _ = AnswerRepeatAsync(outcome.Repeated!, outcome.Session);
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
                    _cache.ForgetHead();
                    batch.ForEach(TimeOut);
                    return;
            }
        }
    }

    /// <summary>
    /// Brings the head and the actors' memberships of the head's version; false when nobody is left who would wait for them.
    /// </summary>
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
    /// Takes those who may have seen more than the head at hand shows out of a batch, with all that they wish: the head is read
    /// by their sessions beside the commits of others, whom a session that is ahead of everything would hold up.
    /// </summary>
    private void Block(List<PendingAppend> behind, List<PendingAppend> batch)
    {
        foreach (var ofOne in behind.GroupBy(pending => pending.Command.Actor))
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

    /// <summary>Reads the head by one caller's sessions, and puts their commands back in front.</summary>
    private async Task ReadHeadForAsync(List<PendingAppend> commands, List<Session> sessions)
    {
        List<StoredDocument<Head>?> heads = [];
        try
        {
            heads = await _sessionReader.ReadAsync(sessions, Deadline.Latest(commands));
        }
        catch (Exception exception)
        {
            logger.CommitFailed(exception, conversation);
            commands.ForEach(pending => pending.Fail(exception));
        }

        lock (_lock)
        {
            _blocked.Unblock(commands, heads);
            _waiting.InsertRange(0, commands.Where(pending => !pending.Task.IsCompleted));
            Start();
        }
    }

    private CommitPlan Plan(List<PendingAppend> batch)
    {
        var plan = new CommitPlan(conversation, _cache.Head, _cache.ETag, _cache.MemberOf, _cache.Documents, _cache.NextCommitTime());
        foreach (var pending in batch)
        {
            plan.Add(pending, _cache.IsRecent(pending.Command.RepeatId));
        }

        return plan;
    }

    /// <summary>Answers what needs no commit and puts back what has no room, so that the batch holds what the plan commits.</summary>
    private void Settle(CommitPlan plan, List<PendingAppend> batch)
    {
        plan.Answers.ForEach(answered => answered.Pending.Complete(answered.Answer with { Session = _cache.Session }));
        plan.Repeats.ForEach(repeat => _ = AnswerRepeatAsync(repeat, null));
        lock (_lock)
        {
            _waiting.InsertRange(0, plan.Deferred);
        }

        batch.Clear();
        batch.AddRange(plan.Accepted);
    }

    /// <summary>Writes a plan; once that is done, hands it over and answers its callers.</summary>
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
            // The next commit doesn't wait for this one's hand-over; its callers do, so that their invocation lives that long.
            _ = Task.Run(() => AnswerAsync(plan.Accepted, range));
        }

        return outcome;
    }

    private async Task AnswerAsync(List<PendingAppend> accepted, CommittedRange range)
    {
        await enqueueDelivery(range, Deadline.Earliest(accepted));
        var commit = range.Entries[0].Commit;
        foreach (var pending in accepted)
        {
            // When it was decided, it wasn't known where the commit would end.
            IReadOnlyList<LogEntry> entries = [.. pending.Decision.Entries.Select(entry => entry with { Commit = commit })];
            pending.Complete(new AppendResult(null, entries, pending.Decision.Documents, range.Head, range.Session));
        }
    }

    /// <param name="pending">The command.</param>
    /// <param name="session">By which the first one is seen; null when this process knows.</param>
    private async Task AnswerRepeatAsync(PendingAppend pending, Session? session)
    {
        try
        {
            using var timeout = pending.Deadline.CreateCancellation(time);
            var first = await conversations.ReadDocumentAsync(
                pending.Command.RepeatId!,
                conversation,
                ChatJson.Default.LogEntry,
                session,
                timeout.Token);
            pending.Complete(first.Document switch
            {
                null => Gone(),
                { } entry when entry.IsExpiredAt(time.GetUtcNow()) => Gone(),
                { } entry when pending.Command.Repeats(entry) => new AppendResult(null, [entry], [], null, first.Session),
                _ => AppendResult.Refused(pending.Command.Misused),
            });
        }
        catch (Exception exception) when (CosmosFailures.IsTransient(exception))
        {
            pending.Complete(AppendResult.Refused(Problems.Unavailable));
        }
        catch (Exception exception)
        {
            pending.Fail(exception);
        }

        // What the first one made has expired, or isn't to be seen yet: the next try makes it anew or finds it.
        AppendResult Gone()
        {
            _cache.ForgetId(pending.Command.RepeatId!);
            return AppendResult.Refused(Problems.Unavailable);
        }
    }

    private static void TimeOut(PendingAppend pending) => pending.Complete(AppendResult.Refused(Problems.Unavailable));

    private void TimeOutExpired(List<PendingAppend> batch) => batch.RemoveAll(pending =>
    {
        var isLate = pending.Deadline.Remaining(time) <= TimeSpan.Zero || pending.Predecessor?.IsGivenUp == true;
        if (isLate)
        {
            TimeOut(pending);
        }

        return isLate;
    });
}
