using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class SweepScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConversationId Conversation = ConversationId.New();

    [Fact]
    public void Looks_at_once_at_what_is_late_and_else_when_it_is_due_or_hardly_later()
    {
        Prop.ForAll(Gen.Choose(0, 60_000).Two().ToArbitrary(), instants =>
        {
            var (now, age) = instants;
            var clock = new SetClock { Now = Start.AddMilliseconds(now) };
            var grace = new DeliveryOptions().SweepGrace;
            var due = clock.Now.AddMilliseconds(-age) + grace;

            var look = new SweepSchedule(new DeliveryOptions(), clock).First(due - grace);

            var earliest = due > clock.Now + (grace / 2) ? due : clock.Now + (grace / 2);
            return due <= clock.Now ? look == clock.Now : look >= earliest && look < earliest + (grace / 4);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Schedules_the_same_look_for_what_is_committed_in_quick_succession_in_all_processes()
    {
        var (one, other) = (new SetClock { Now = Start.AddMilliseconds(100) }, new SetClock { Now = Start.AddMilliseconds(1_300) });

        Assert.Equal(
            new SweepSchedule(new DeliveryOptions(), one).First(Start.AddMilliseconds(60)),
            new SweepSchedule(new DeliveryOptions(), other).First(Start.AddMilliseconds(1_250)));
    }

    [Fact]
    public void Relies_on_a_look_only_for_what_is_due_by_then_and_while_it_is_well_ahead()
    {
        var clock = new SetClock { Now = Start };
        var schedule = new SweepSchedule(new DeliveryOptions(), clock);
        Assert.False(schedule.HasLook(Conversation, Start));
        schedule.Remember(Conversation, Start.AddSeconds(12.5));

        Assert.True(schedule.HasLook(Conversation, Start));
        Assert.True(schedule.HasLook(Conversation, Start.AddSeconds(2.5)));
        Assert.False(schedule.HasLook(Conversation, Start.AddSeconds(2.501)));
        Assert.False(schedule.HasLook(ConversationId.New(), Start));
        clock.Now = Start.AddSeconds(7.6);
        Assert.False(schedule.HasLook(Conversation, Start));
    }
}
