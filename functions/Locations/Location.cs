using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Locations;

/// <summary>A place that a message shows: one point, which doesn't move.</summary>
/// <param name="Latitude">In degrees north, −90 to 90.</param>
/// <param name="Longitude">In degrees east, −180 to 180.</param>
public sealed record Location(double Latitude, double Longitude)
{
    /// <summary>The kind of its preview in lists.</summary>
    public const string Kind = "location";

    /// <summary>Some 110 m. What is given more exactly isn't stored.</summary>
    private const int Decimals = 3;

    /// <summary>Some 10 cm.</summary>
    private const int ExactDecimals = 6;

    /// <summary>Whether its sender gave it exactly, by their own choice.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Exact { get; init; }

    /// <summary>Reads it from a request's body; null for none.</summary>
    public static Location? Read(RequestBody body)
    {
        if (body.OptionalObject("location") is not { } given)
        {
            return null;
        }

        var exact = given.Flag("exact");
        var decimals = exact ? ExactDecimals : Decimals;
        return new Location(Rounded(given.Degrees("latitude", 90), decimals), Rounded(given.Degrees("longitude", 180), decimals))
        {
            Exact = exact,
        };
    }

    /// <summary>The same place as others may pass it on.</summary>
    public Location ToForward() => new(Rounded(Latitude, Decimals), Rounded(Longitude, Decimals));

    // Adding zero makes a negative zero positive.
    private static double Rounded(double degrees, int decimals) => Math.Round(degrees, decimals, MidpointRounding.AwayFromZero) + 0.0;
}
