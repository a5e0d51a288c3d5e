using Xunit;

namespace Chat.Local.Tests;

public sealed class MeterTests
{
    [Fact]
    public void Many_small_amounts_add_up_exactly()
    {
        var meter = new Meter();
        for (var i = 0; i < 80; i++)
        {
            meter.Add("functions", "execution", 0.0125);
        }

        Assert.Equal([new MeterReading("functions", "execution", 80, 1)], meter.Read());
    }
}
