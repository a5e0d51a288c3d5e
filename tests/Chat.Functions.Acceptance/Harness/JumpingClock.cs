namespace Chat.Functions.Acceptance.Harness;

/// <summary>Time that passes as always, and can jump ahead: timers that come due on the way fire at once.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<JumpingTimer> _timers = [];
    private long _offset;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _offset));

    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)(TimeSpan.FromTicks(Volatile.Read(ref _offset)).TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Jump(TimeSpan ahead)
    {
        List<JumpingTimer> waiting;
        lock (_lock)
        {
            _offset += ahead.Ticks;
            waiting = [.. _timers];
        }

        waiting.ForEach(timer => timer.Reset());
    }

    /// <summary>Jumps so slowly that who is connected says in time that they still are.</summary>
    public async Task JumpInStepsAsync(TimeSpan ahead)
    {
        const int Steps = 5;
        for (var step = 0; step < Steps; step++)
        {
            Jump(ahead / Steps);
            await Task.Delay(TimeSpan.FromMilliseconds(600), System);
        }
    }

    /// <summary>Jumps to the begin of the next day of UTC, which limits go by: no story lasts a day.</summary>
    public void JumpToMidnight() => Jump(TimeSpan.FromDays(1) - GetUtcNow().TimeOfDay);

    private sealed class JumpingTimer : ITimer
    {
        private readonly JumpingClock _clock;
        private readonly ITimer _timer;
        private DateTimeOffset _due;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public JumpingTimer(JumpingClock clock, TimerCallback callback, object? state)
        {
            _clock = clock;
            _timer = System.CreateTimer(
                _ =>
                {
                    Next();
                    callback(state);
                },
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._lock)
            {
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    _clock._timers.Remove(this);
                }
                else
                {
                    _due = _clock.GetUtcNow() + dueTime;
                    _clock._timers.Add(this);
                }

                return _timer.Change(dueTime, period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period);
            }
        }

        public void Reset()
        {
            lock (_clock._lock)
            {
                if (_clock._timers.Contains(this))
                {
                    var left = _due - _clock.GetUtcNow();
                    _timer.Change(
                        left > TimeSpan.Zero ? left : TimeSpan.Zero,
                        _period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period);
                }
            }
        }

        public void Dispose()
        {
            lock (_clock._lock)
            {
                _clock._timers.Remove(this);
            }

            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Next()
        {
            lock (_clock._lock)
            {
                if (_period > TimeSpan.Zero)
                {
                    _due += _period;
                }
                else
                {
                    _clock._timers.Remove(this);
                }
            }
        }
    }
}
