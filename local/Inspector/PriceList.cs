using System.Text.Json;

namespace Chat.Local.Inspector;

/// <summary>List prices in US dollars, as prices.json has them: each with its source, its date and what is uncertain about it.</summary>
/// <param name="NotCounted">What Azure bills besides, which use doesn't change or which happens nowhere but there.</param>
internal sealed record PriceList(string Currency, string Date, IReadOnlyList<Price> Prices, IReadOnlyList<string> NotCounted)
{
    /// <summary>The app's answer 201 to a send is a message accepted; a repeat is answered with 200.</summary>
    private const string Accepted = "created:SendMessage";

    public static PriceList Current { get; } = Read();

    public Bill Charge(IReadOnlyList<MeterReading> readings)
    {
        var lines = Prices.Select(price => price.Charge(readings)).ToList();
        return new Bill(
            lines,
            lines.Sum(line => line.Usd),
            readings.Where(reading => reading is { Service: "http", Operation: Accepted }).Sum(reading => reading.Requests));
    }

    private static PriceList Read()
    {
        using var json = typeof(PriceList).Assembly.GetManifestResourceStream("prices.json")!;
        return JsonSerializer.Deserialize<PriceList>(json, JsonSerializerOptions.Web)!;
    }
}

/// <summary>The price of so many units of a service.</summary>
/// <param name="Operations">The operations that it is due for: their name's beginning, all when empty.</param>
/// <param name="ByRequest">Whether each request counts once, whatever its units are.</param>
/// <param name="Note">How it counts here, and what is uncertain about it.</param>
internal sealed record Price(
    string Service,
    string Operations,
    bool ByRequest,
    string Unit,
    double Usd,
    double Per,
    string Source,
    string Date,
    string Note)
{
    public BillLine Charge(IEnumerable<MeterReading> readings)
    {
        var units = readings
            .Where(reading => reading.Service == Service && reading.Operation.StartsWith(Operations, StringComparison.Ordinal))
            .Sum(reading => ByRequest ? reading.Requests : reading.Units);
        return new BillLine(Service, Unit, units, units * Usd / Per);
    }
}
