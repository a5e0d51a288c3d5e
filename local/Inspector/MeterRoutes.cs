using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Chat.Local.Inspector;

/// <summary>What Azure would bill for the last minute, the last hour and the run so far, in units and in dollars.</summary>
internal sealed class MeterRoutes(Meter meter)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapRead("local/meter", _ => Results.Json(new
    {
        runningSeconds = Math.Floor(meter.Running.TotalSeconds),
        minute = Read(MeterSpan.Minute),
        hour = Read(MeterSpan.Hour),
        run = Read(MeterSpan.Run),
        prices = PriceList.Current,
    }));

    private SpanView Read(MeterSpan span)
    {
        var readings = meter.Read(span);
        return new SpanView(PriceList.Current.Charge(readings), readings);
    }

    private sealed record SpanView(Bill Bill, IReadOnlyList<MeterReading> Readings);
}
