using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>Request units per second: a fixed number, or as many as are used, up to a bound (autoscale).</summary>
internal sealed record OfferedThroughput(int UnitsPerSecond, bool IsAutoscale)
{
    private const int Most = 1_000_000;

    /// <summary>The least that this kind of offer may have.</summary>
    public int Least => IsAutoscale ? 1000 : 400;

    /// <summary>What the headers of a create ask for; null when they don't.</summary>
    public static OfferedThroughput? Asked(CosmosRequest request)
    {
        if (request.Header("x-ms-cosmos-offer-autopilot-settings") is { Length: > 0 } settings)
        {
            using var json = JsonDocument.Parse(settings);
            return new OfferedThroughput(Units(json.RootElement, "maxThroughput"), IsAutoscale: true).Checked();
        }

        return request.Header("x-ms-offer-throughput") is { Length: > 0 } units
            ? new OfferedThroughput(int.TryParse(units, CultureInfo.InvariantCulture, out var number) ? number : 0, false).Checked()
            : null;
    }

    /// <summary>Reads the content of an offer.</summary>
    public static OfferedThroughput Read(JsonElement content) =>
        content.TryGetProperty("offerAutopilotSettings", out var settings) && settings.ValueKind == JsonValueKind.Object
            ? new OfferedThroughput(Units(settings, "maxThroughput"), IsAutoscale: true)
            : new OfferedThroughput(Units(content, "offerThroughput"), IsAutoscale: false);

    /// <summary>Itself; refused when the service wouldn't take so many.</summary>
    public OfferedThroughput Checked()
    {
        var step = IsAutoscale ? 1000 : 100;
        return UnitsPerSecond >= Least && UnitsPerSecond <= Most && UnitsPerSecond % step == 0
            ? this
            : throw ContainerRules.Refused($"Throughput must lie between {Least} and {Most}, in increments of {step}");
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("offerThroughput", UnitsPerSecond);
        json.WriteBoolean("offerIsRUPerMinuteThroughputEnabled", false);
        if (IsAutoscale)
        {
            json.WriteStartObject("offerAutopilotSettings");
            json.WriteNumber("maxThroughput", UnitsPerSecond);
            json.WriteEndObject();
        }
    }

    private static int Units(JsonElement json, string name) =>
        json.TryGetProperty(name, out var units) && units.ValueKind == JsonValueKind.Number && units.TryGetInt32(out var number)
            ? number
            : 0;
}
