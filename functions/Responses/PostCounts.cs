using System.Text;
using System.Text.Json.Serialization;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Responses;

/// <summary>What was counted of a channel's post in one shard, as of a version.</summary>
/// <param name="Version">Rises by one with each change, which is one transaction with the response that it counts.</param>
public sealed record PostCounts(long Version)
{
    /// <summary>How many comments there are: of <see cref="FoldedCounts.OfComments"/> alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Comments { get; init; }

    internal static readonly IReadOnlyDictionary<string, long> Nothing = new Dictionary<string, long>(StringComparer.Ordinal);

    public static readonly PostCounts None = new(0);

    /// <summary>How many reacted, by <see cref="NameOf(ReactionKey)"/>; 0 where all took it back.</summary>
    public IReadOnlyDictionary<string, long> Reactions { get; init; } = Nothing;

    /// <summary>How many chose an option, by <see cref="NameOf(int)"/>.</summary>
    public IReadOnlyDictionary<string, long> Votes { get; init; } = Nothing;

    public long Voters { get; init; }

    /// <summary>How many were seen to read it: approximate.</summary>
    public long Views { get; init; }

    /// <summary>A reaction's name here and in a patch's path, in which not every character may stand.</summary>
    public static string NameOf(ReactionKey key) => "k" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key.Value));

    /// <summary>An option's name. A number would be an element of an array in a patch's path.</summary>
    public static string NameOf(int option) => $"o{option}";

    internal static ReactionKey KeyOf(string name) => new(Encoding.UTF8.GetString(Convert.FromHexString(name.AsSpan(1))));

    /// <summary>What changes when a response does: by how much, by the path.</summary>
    internal static IReadOnlyList<(string Path, long By)> Changes(PostResponse before, PostResponse after)
    {
        List<(string, long)> changes = [("/version", 1)];
        changes.AddRange(before.Keys.Except(after.Keys).Select(key => ("/reactions/" + NameOf(key), -1L)));
        changes.AddRange(after.Keys.Except(before.Keys).Select(key => ("/reactions/" + NameOf(key), 1L)));
        changes.AddRange(before.Options.Except(after.Options).Select(option => ("/votes/" + NameOf(option), -1L)));
        changes.AddRange(after.Options.Except(before.Options).Select(option => ("/votes/" + NameOf(option), 1L)));
        var voters = Math.Min(after.Options.Count, 1) - Math.Min(before.Options.Count, 1);
        return voters == 0 ? changes : [.. changes, ("/voters", voters)];
    }

    /// <summary>The counts after changes, without those that are none any more.</summary>
    internal PostCounts With(IEnumerable<(string Path, long By)> changes)
    {
        var (after, reactions, votes) = (this, Copy(Reactions), Copy(Votes));
        foreach (var (path, by) in changes)
        {
            (after, _) = path.Split('/') switch
            {
                [_, "version"] => (after with { Version = after.Version + by }, 0),
                [_, "voters"] => (after with { Voters = after.Voters + by }, 0),
                [_, "views"] => (after with { Views = after.Views + by }, 0),
                [_, "reactions", var name] => (after, reactions[name] = reactions.GetValueOrDefault(name) + by),
                [_, "votes", var name] => (after, votes[name] = votes.GetValueOrDefault(name) + by),
                _ => throw new ArgumentException($"There is nothing to count at {path}.", nameof(changes)),
            };
        }

        return after with
        {
            Reactions = Copy(reactions.Where(one => one.Value != 0)),
            Votes = Copy(votes.Where(one => one.Value != 0)),
        };
    }

    /// <summary>Whether nothing differs but how many have viewed it, if anything.</summary>
    internal bool EqualsBesidesViews(PostCounts other) =>
        Voters == other.Voters && Comments == other.Comments && AreSame(Reactions, other.Reactions) && AreSame(Votes, other.Votes);

    private static bool AreSame(IReadOnlyDictionary<string, long> some, IReadOnlyDictionary<string, long> others) =>
        some.Keys.Union(others.Keys, StringComparer.Ordinal).All(name => some.GetValueOrDefault(name) == others.GetValueOrDefault(name));

    private static Dictionary<string, long> Copy(IEnumerable<KeyValuePair<string, long>> all) => new(all, StringComparer.Ordinal);
}

/// <summary>The counts of a post in one shard, beside the responses that they count.</summary>
/// <param name="ConversationId">The shard, which is the partition.</param>
internal sealed record CountedShard(string ConversationId, long Ordinal, PostCounts Counts)
{
    public const string DocumentType = "counted";

    [JsonPropertyOrder(-2)]
    public string Type => DocumentType;

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(Ordinal);

    public static string DocumentId(long ordinal) => $"n:{ordinal}";
}

/// <summary>The counts of a post in all shards, in its channel's partition: what is shown.</summary>
/// <remarks>
/// Of each shard it holds the counts of the highest version that it was told. To take them in is idempotent, and independent of order: what
/// comes twice, late, in parts or from two instances leads to the same, and never counts twice.
/// </remarks>
/// <param name="Shards">By the shard's name.</param>
internal sealed record FoldedCounts(ConversationId ConversationId, long Ordinal, IReadOnlyDictionary<string, PostCounts> Shards)
{
    [JsonPropertyOrder(-2)]
    public string Type => "counts";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(Ordinal);

    public static string DocumentId(long ordinal) => $"n:{ordinal}";

    /// <summary>The counts of a post of which nothing is known.</summary>
    public static FoldedCounts None(ConversationId channel, long ordinal) =>
        new(channel, ordinal, new Dictionary<string, PostCounts>(StringComparer.Ordinal));

    /// <summary>The name of what isn't counted in a shard, but by the post's comments themselves.</summary>
    public const string OfComments = "c";

    /// <summary>A shard's name here.</summary>
    public static string NameOf(int shard) => $"s{shard}";

    /// <summary>What was counted in a shard.</summary>
    public PostCounts In(string shard) => Shards.GetValueOrDefault(shard, PostCounts.None);

    /// <summary>Takes in what a shard counted; the same object where that, or what came after it, is in it.</summary>
    public FoldedCounts With(string shard, PostCounts counts) => In(shard).Version >= counts.Version
        ? this
        : this with { Shards = new Dictionary<string, PostCounts>(Shards, StringComparer.Ordinal) { [shard] = counts } };

    public PostTotals Total()
    {
        var all = Shards.Values;
        var reactions = Sums(all.SelectMany(one => one.Reactions))
            .Select(one => new ReactionSummary(PostCounts.KeyOf(one.Name), (int)one.Count, []))
            .ToList();
        return new(all.Sum(one => one.Version), all.Sum(one => one.Views), all.Sum(one => one.Voters))
        {
            Reactions =
            [
                .. reactions
                    .OrderByDescending(one => one.Count)
                    .ThenBy(one => one.Key.IsCustom)
                    .ThenBy(one => one.Key.Value, StringComparer.Ordinal)
                    .Take(PostTotals.MaxReactions),
            ],
            Keys = reactions.Select(one => one.Key).ToHashSet(),
            Comments = In(OfComments).Comments,
            Votes = Sums(all.SelectMany(one => one.Votes)).ToDictionary(one => one.Name, one => one.Count, StringComparer.Ordinal),
        };
    }

    private static IEnumerable<(string Name, long Count)> Sums(IEnumerable<KeyValuePair<string, long>> all) =>
        all.GroupBy(
            one => one.Key,
            (name, ones) => (name, Count: ones.Sum(one => one.Value)),
            StringComparer.Ordinal).Where(one => one.Count > 0);
}
