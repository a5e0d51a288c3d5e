using Chat.Functions.Streaks;
using Xunit;

namespace Chat.Functions.Tests.Streaks;

/// <summary>Streaks beside a model that goes through the time day by day.</summary>
public class StreakTests
{
    private const int Restores = 2;

    [Fact]
    public async Task Should_stand_as_a_model_that_lives_through_every_day() =>
        await StorySeeds.TryAsync(300, seed =>
        {
            var random = new Random(seed);
            var zone = random.Next(-56, 57) * 15;
            var (streak, model) = (new Streak { Zone = zone }, new Model());
            var now = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
            for (var step = 0; step < 200; step++)
            {
                var choice = random.Next(100);
                if (choice < 35)
                {
                    var ahead = now + TimeSpan.FromSeconds(random.Next(2) == 0 ? random.Next(20 * 3600) : Midnight(now, zone));
                    model.Pass(now, ahead, zone);
                    now = ahead;
                }
                else if (choice < 90)
                {
                    var isFirst = random.Next(2) == 0;
                    streak = streak.Sent(isFirst, now, seq: step + 1, Restores);
                    model.Send(isFirst, step + 1);
                }
                else if (choice < 97)
                {
                    if (model.State == StreakState.Lost && model.RestoresLeft > 0)
                    {
                        streak = streak.Restored(now);
                        model.Restore();
                    }
                }
                else
                {
                    var (isFirst, isOn) = (random.Next(2) == 0, random.Next(3) > 0);
                    streak = streak.Turned(isFirst, isOn);
                    model.Turn(isFirst, isOn);
                }

                Assert.Equal((step, model.State), (step, streak.StateAt(now)));
                Assert.Equal((step, model.WroteA, model.WroteB), (step, streak.HasWritten(true, now), streak.HasWritten(false, now)));
                if (model.State is StreakState.Active or StreakState.Grey or StreakState.Lost)
                {
                    Assert.Equal(
                        (step, model.Days, model.RestoresLeft, model.GrewSeq),
                        (step, streak.Days, streak.RestoresLeft, streak.GrewSeq));
                }

                if (model.State is StreakState.Active or StreakState.Grey)
                {
                    Assert.Equal(StreakState.Lost, streak.StateAt(streak.GraceUntil));
                    Assert.NotEqual(StreakState.Lost, streak.StateAt(streak.GraceUntil.AddSeconds(-1)));
                }
                else if (model.State == StreakState.Lost)
                {
                    Assert.Equal(StreakState.None, streak.StateAt(streak.RestorableUntil));
                    Assert.Equal(StreakState.Lost, streak.StateAt(streak.RestorableUntil.AddSeconds(-1)));
                }
            }

            return Task.CompletedTask;
        });

    [Fact]
    public void Should_not_count_a_day_again_by_a_clock_that_is_behind()
    {
        var midnight = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        var done = Enumerable.Range(0, 4).Aggregate(new Streak(), (streak, day) => Both(streak, midnight.AddDays(day)));
        Assert.Equal(4, done.Days);

        var behind = Both(done, midnight.AddDays(3).AddSeconds(-1));

        Assert.Equal(done, behind);
    }

    private static Streak Both(Streak streak, DateTimeOffset now) =>
        streak.Sent(isFirst: true, now, seq: 1, Restores).Sent(isFirst: false, now, seq: 1, Restores);

    /// <summary>The seconds until the zone's next midnight, or one before or after it.</summary>
    private static int Midnight(DateTimeOffset now, int zone)
    {
        var passed = (int)((now.ToUnixTimeSeconds() + (zone * 60)) % 86400);
        return Math.Max(0, 86400 - passed + (int)(now.Ticks % 3) - 1);
    }

    /// <summary>What happened since the newest day that counts, in plain steps.</summary>
    private sealed class Model
    {
        private readonly bool[] _off = [false, false];
        private readonly bool[] _wrote = [false, false];
        private bool _counted;
        private int _missed;

        public int Days { get; private set; }

        public int RestoresLeft { get; private set; }

        public long GrewSeq { get; private set; }

        public bool WroteA => _wrote[0];

        public bool WroteB => _wrote[1];

        public StreakState State =>
            _off[0] || _off[1] ? StreakState.Off
            : Days < 3 ? StreakState.None
            : _missed switch { 0 => StreakState.Active, 1 => StreakState.Grey, 2 or 3 => StreakState.Lost, _ => StreakState.None };

        public void Pass(DateTimeOffset from, DateTimeOffset to, int zone)
        {
            var last = to.ToOffset(TimeSpan.FromMinutes(zone)).Date;
            for (var day = from.ToOffset(TimeSpan.FromMinutes(zone)).Date; day < last; day = day.AddDays(1))
            {
                _missed += _counted ? 0 : 1;
                (_counted, _wrote[0], _wrote[1]) = (false, false, false);
            }
        }

        public void Send(bool isFirst, long seq)
        {
            if (State == StreakState.Off)
            {
                return;
            }

            _wrote[isFirst ? 0 : 1] = true;
            if (_counted || !WroteA || !WroteB || State == StreakState.Lost)
            {
                return;
            }

            if (Days > 0 && (_missed == 0 || State == StreakState.Grey))
            {
                Days++;
            }
            else
            {
                (Days, RestoresLeft) = (1, Restores);
            }

            (_counted, _missed) = (true, 0);
            GrewSeq = Days >= 3 ? seq : 0;
        }

        public void Restore()
        {
            (_missed, RestoresLeft) = (0, RestoresLeft - 1);
            _counted = WroteA && WroteB;
            Days += _counted ? 1 : 0;
        }

        public void Turn(bool isFirst, bool isOn)
        {
            if (_off[isFirst ? 0 : 1] != isOn)
            {
                return;
            }

            _off[isFirst ? 0 : 1] = !isOn;
            (Days, RestoresLeft, _missed, _counted, GrewSeq) = (0, 0, 0, false, 0);
            (_wrote[0], _wrote[1]) = (false, false);
        }
    }
}
