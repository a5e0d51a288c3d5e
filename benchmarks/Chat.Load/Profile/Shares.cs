using System.Globalization;

namespace Chat.Load.Profile;

/// <summary>What samples say, as tables: whose code it is, and which methods.</summary>
internal sealed class Shares(IReadOnlyList<StackSample> samples)
{
    private const int Top = 10;

    private readonly double _all = samples.Sum(sample => sample.Weight);

    /// <summary>Each owner's share: of what its own code did or had libraries do, and of what happened under it.</summary>
    /// <param name="unit">What there is in all per turn, such as ms.</param>
    public IEnumerable<string> ByOwner(double perTurn, string unit, string turn) =>
    [
        $"| whose | exclusive % | inclusive % | {unit} per {turn}, exclusive |",
        "|---|---:|---:|---:|",
        .. Enum.GetValues<Owner>()
            .Select(owner => (Name: Name(owner), Own: Share(sample => sample.Owner == owner), Under: Share(
                sample => sample.Frames.Any(frame => frame.Owner == owner))))
            .OrderByDescending(row => row.Own)
            .Select(row => string.Create(
                CultureInfo.InvariantCulture, $"| {row.Name} | {row.Own:0.0} | {row.Under:0.0} | {row.Own / 100 * perTurn:0.000} |")),
    ];

    /// <summary>The steps that take most.</summary>
    public IEnumerable<string> BySteps(double perTurn, string unit, string turn) =>
    [
        $"| step | % | {unit} per {turn} |",
        "|---|---:|---:|",
        .. samples.GroupBy(Step.Of, StringComparer.Ordinal)
            .Select(step => (step.Key, Share: step.Sum(sample => sample.Weight) / _all))
            .OrderByDescending(step => step.Share)
            .Take(Top)
            .Select(step => string.Create(
                CultureInfo.InvariantCulture, $"| {step.Key} | {100 * step.Share:0.0} | {step.Share * perTurn:0.000} |")),
    ];

    public double Collection => Share(sample => sample.IsCollection);

    /// <summary>The types that were allocated most, each with the method that allocated it most.</summary>
    public IEnumerable<string> Types() =>
    [
        "| type | % | most of it in |",
        "|---|---:|---|",
        .. samples.GroupBy(sample => sample.Type, StringComparer.Ordinal)
            .OrderByDescending(type => type.Sum(sample => sample.Weight))
            .Take(Top)
            .Select(type => string.Create(
                CultureInfo.InvariantCulture,
                $"| `{type.Key}` | {100 * type.Sum(sample => sample.Weight) / _all:0.0} | `{Allocator(type)}` |")),
    ];

    /// <summary>The methods that were innermost most often.</summary>
    public IEnumerable<string> Exclusive() => Table("innermost method", sample => sample.Frames.Take(1), _ => true, Top);

    /// <summary>The innermost methods of one owner: what they did, or had libraries do.</summary>
    public IEnumerable<string> ExclusiveOf(Owner owner) =>
        Table(
            $"method of {Name(owner)}, with the libraries below it",
            sample => sample.Frames.Where(frame => frame.Owner is not null).Take(1).Where(frame => frame.Owner == owner),
            _ => true,
            Top);

    /// <summary>The methods of one owner that were on the stack most often.</summary>
    public IEnumerable<string> InclusiveOf(Owner owner) =>
        Table($"method of {Name(owner)}, with all below it", sample => sample.Frames, frame => frame.Owner == owner, Top * 2);

    private static string Allocator(IEnumerable<StackSample> samples) =>
        samples.GroupBy(
            sample => sample.Frames.Where(frame => frame.Owner is not null).Select(frame => frame.ToString()).FirstOrDefault() ?? "",
            StringComparer.Ordinal)
            .MaxBy(method => method.Sum(sample => sample.Weight))!.Key;

    private static string Name(Owner owner) => owner switch
    {
        Owner.Functions => "`functions/`",
        Owner.Local => "`local/`",
        Owner.CosmosSdk => "Cosmos DB SDK",
        Owner.Worker => "Functions worker and gRPC",
        Owner.AspNet => "ASP.NET Core",
        Owner.Sqlite => "SQLite and disk",
        _ => "runtime, under none of these",
    };

    private string[] Table(string heading, Func<StackSample, IEnumerable<Frame>> frames, Func<Frame, bool> which, int top)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var sample in samples)
        {
            foreach (var name in frames(sample).Where(which).Select(frame => frame.ToString()).Distinct(StringComparer.Ordinal))
            {
                weights[name] = weights.GetValueOrDefault(name) + sample.Weight;
            }
        }

        return
        [
            $"| {heading} | % |",
            "|---|---:|",
            .. weights.OrderByDescending(method => method.Value).Take(top)
                .Select(method => string.Create(CultureInfo.InvariantCulture, $"| `{method.Key}` | {100 * method.Value / _all:0.0} |")),
        ];
    }

    private double Share(Func<StackSample, bool> which) => 100 * samples.Where(which).Sum(sample => sample.Weight) / _all;
}
