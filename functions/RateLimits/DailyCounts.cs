using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.RateLimits;

/// <summary>What a user has done on a day (UTC) that is limited by day, in their partition. It vanishes after two days.</summary>
internal sealed record DailyCounts
{
    [JsonPropertyOrder(-2)]
    public string Type => "limit";

    [JsonPropertyOrder(-1)]
    public required string Id { get; init; }

    public required UserId UserId { get; init; }

    /// <summary>By the limit's name: the first characters of a hash of each thing that was done, by which a repeat is recognised.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Done { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    [JsonPropertyName("ttl")]
    public int TimeToLive { get; init; } = (int)TimeSpan.FromDays(2).TotalSeconds;

    public static string DocumentId(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"limit:{at.UtcDateTime:yyyy-MM-dd}");

    public int Count(string limit) => Done.TryGetValue(limit, out var done) ? done.Count : 0;

    /// <summary>The counts with these things done; the same counts if they were done before, null if that is too much.</summary>
    public DailyCounts? With(string limit, int most, IEnumerable<string> things)
    {
        var before = Done.GetValueOrDefault(limit) ?? [];
        List<string> added = [.. things.Select(Short).Distinct(StringComparer.Ordinal).Except(before, StringComparer.Ordinal)];
        if (added.Count == 0)
        {
            return this;
        }

        if (before.Count + added.Count > most)
        {
            return null;
        }

        var done = new Dictionary<string, IReadOnlyList<string>>(Done, StringComparer.Ordinal) { [limit] = [.. before, .. added] };
        return this with { Done = done };
    }

    /// <summary>48 bits: enough for a user's day, and little to store.</summary>
    private static string Short(string thing) => OpaqueId.Hash("limit", thing)[..8];
}
