using Chat.Local.Functions;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>Two gigabytes for each second of a group's instance.</summary>
public sealed class InstanceBillTests
{
    private readonly TestClock _clock = new();
    private readonly Meter _meter;
    private readonly InstanceBill _bill;

    public InstanceBillTests()
    {
        _meter = new Meter(_clock);
        _bill = new InstanceBill(_meter, _clock);
    }

    [Fact]
    public void A_short_run_costs_a_second_and_another_within_it_nothing_more()
    {
        Run(0.1);
        Assert.Equal(2, Billed());
        Run(0.2);
        Assert.Equal(2.2, Billed(), 6);
    }

    [Fact]
    public void Runs_at_the_same_time_share_the_instance_and_are_billed_while_it_is_busy()
    {
        _bill.Begin("http", _clock.GetTimestamp());
        Run(3);
        Assert.Equal(6, Billed());
        _clock.Advance(TimeSpan.FromSeconds(2));
        _bill.End("http", _clock.GetTimestamp());
        Assert.Equal(10, Billed());
    }

    [Fact]
    public void Idle_time_and_other_groups_are_apart()
    {
        Run(2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Run(2, "function:A");
        Run(2);
        Assert.Equal([("active:function:A", 4), ("active:http", 8)], _meter.Read().Select(reading => (reading.Operation, reading.Units)));
    }

    private void Run(double seconds, string group = "http")
    {
        _bill.Begin(group, _clock.GetTimestamp());
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _bill.End(group, _clock.GetTimestamp());
    }

    private double Billed() => _meter.Read().Sum(reading => reading.Units);
}
