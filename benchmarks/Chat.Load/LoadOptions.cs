using System.Globalization;
using Chat.Load.Curves;
using Chat.Load.Scenarios;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load;

/// <summary>What to run, against which builds, how long, and where the numbers go besides the terminal.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        Usage: Chat.Load SCENARIO… [OPTION…]
          Servers compared: pairs groups crowd newest deep usual quiet connections load
          The backend:      start kept child disk latency lists idle hot trust flood conversations senders members
                            history inbox soak operations contact profile
          All but operations and contact, with soak last: all
          --floor          the same workloads against Chat.Floor, in turn
          --ejabberd       and against Debian's ejabberd, which is installed if need be
          --server FILE    the backend, by default local/bin/Release/net10.0/Chat.Local.dll
          --windows N      how many windows (5)
          --seconds N      how long each is (5)
          --minutes N      how long soak takes (5)
          --no-soak        leaves soak out of all
          --history N      the longest conversation of history (100000)
          --kept N         the most messages that kept starts with (200000)
          --of WORKLOAD    what profile looks at, such as newest; once or several times (pairs and groups)
          --only TEXT      leaves those out of operations whose names don't have it
          --out FOLDER     writes numbers, tables and plots there, too
        """;

    private static readonly string FloorAssembly = Path.Combine("benchmarks", "Chat.Floor", "bin", "Release", "net10.0", "Chat.Floor.dll");

    private static readonly Scenario[] All =
    [
        new("start", Start.RunAsync),
        new("kept", StoredMessages.RunAsync),
        new("child", Child.RunAsync),
        new("disk", Disk.RunAsync),
        new("latency", Latency.RunAsync),
        new("lists", Lists.RunAsync),
        new("idle", Idle.RunAsync),
        .. Workload.All.Select(workload => new Scenario(workload.Name, (options, report) => Contest.RunAsync(options, report, workload))),
        new("connections", Connections.RunAsync),
        new("hot", Hot.RunAsync),
        new("trust", Trust.RunAsync),
        new("flood", Flood.RunAsync),
        new("load", LoadCurve.RunAsync),
        new("conversations", ConversationsCurve.RunAsync),
        new("senders", SendersCurve.RunAsync),
        new("members", MembersCurve.RunAsync),
        new("history", HistoryCurve.RunAsync),
        new("inbox", InboxCurve.RunAsync),
        new("profile", Profiling.RunAsync),
        new("soak", Soak.RunAsync),
    ];

    /// <summary>Count what has a price, and don't depend on the machine.</summary>
    private static readonly Scenario[] Pricing = [new("operations", Operations.RunAsync), new("contact", FirstContact.RunAsync)];

    public IReadOnlyList<Scenario> Scenarios { get; private init; } = [];

    /// <summary>The backend's assembly.</summary>
    public string Server { get; private init; } = Path.Combine("local", "bin", "Release", "net10.0", "Chat.Local.dll");

    public int Windows { get; private init; } = 5;

    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long <c>soak</c> takes.</summary>
    public int Minutes { get; private init; } = 5;

    private bool LeavesOutSoak { get; init; }

    /// <summary>The longest conversation of <c>history</c>.</summary>
    public int History { get; private init; } = 100_000;

    /// <summary>The most messages that <c>kept</c> starts with.</summary>
    public int Kept { get; private init; } = 200_000;

    /// <summary>What <c>profile</c> looks at; empty for pairs and groups.</summary>
    public IReadOnlyList<Workload> Profiled { get; private init; } = [];

    /// <summary>What the names of <c>operations</c> have.</summary>
    public string Only { get; private init; } = "";

    public string? Out { get; private init; }

    /// <summary>The backend first, then those that it is compared with.</summary>
    public IReadOnlyList<Contender> Contenders { get; private init; } = [];

    /// <summary>Null when the arguments aren't understood.</summary>
    public static LoadOptions? Parse(IEnumerable<string> arguments)
    {
        LoadOptions? options = new();
        using var rest = arguments.GetEnumerator();
        while (options is not null && rest.MoveNext())
        {
            options = rest.Current switch
            {
                "all" => options with { Scenarios = All },
                "--floor" => options with { Contenders = [.. options.Contenders, Contender.Floor(FloorAssembly)] },
                "--ejabberd" => options with { Contenders = [.. options.Contenders, Contender.Ejabberd] },
                "--server" when rest.MoveNext() => options with { Server = rest.Current },
                "--no-soak" => options with { LeavesOutSoak = true },
                "--of" when rest.MoveNext() && Workload.All.FirstOrDefault(workload => workload.Name == rest.Current) is { } workload =>
                    options with { Profiled = [.. options.Profiled, workload] },
                "--only" when rest.MoveNext() => options with { Only = rest.Current },
                "--out" when rest.MoveNext() => options with { Out = rest.Current },
                "--windows" when Number(rest) is { } windows => options with { Windows = windows },
                "--minutes" when Number(rest) is { } minutes => options with { Minutes = minutes },
                "--history" when Number(rest) is { } messages => options with { History = messages },
                "--kept" when Number(rest) is { } messages => options with { Kept = messages },
                "--seconds" when Number(rest) is { } seconds => options with { Window = TimeSpan.FromSeconds(seconds) },
                var name => Array.Find([.. All, .. Pricing], scenario => scenario.Name == name) is { } scenario
                    ? options with { Scenarios = [.. options.Scenarios, scenario] }
                    : null,
            };
        }

        return options is { Scenarios.Count: > 0 } ? options with
        {
            Scenarios = [.. options.Scenarios.Where(scenario => !options.LeavesOutSoak || scenario.Name != "soak")],
            Contenders = [Contender.Chat(options.Server), .. options.Contenders],
        } : null;
    }

    private static int? Number(IEnumerator<string> rest) =>
        rest.MoveNext() && int.TryParse(rest.Current, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}

/// <summary>One measurement: starts the servers that it needs and notes what it found.</summary>
internal sealed record Scenario(string Name, Func<LoadOptions, Report, Task> RunAsync);
