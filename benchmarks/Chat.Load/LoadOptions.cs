using Chat.Load.Scenarios;

namespace Chat.Load;

/// <summary>What to run, against which build, and where the numbers go besides the terminal.</summary>
internal sealed record LoadOptions(IReadOnlyList<Scenario> Scenarios, string Server, string? CsvFile)
{
    public const string Usage = """
        Usage: Chat.Load [start] [latency] [pairs] [hot] [operations] [--server FILE] [--csv FILE]
          Without a scenario all are run.
          --server FILE  the backend, by default functions/bin/Local/Release/net10.0/Chat.Functions.dll
          --csv FILE     writes the numbers there, too
        """;

    private static readonly Scenario[] All =
    [
        new("start", Start.RunAsync),
        new("latency", Latency.RunAsync),
        new("pairs", Pairs.RunAsync),
        new("hot", Hot.RunAsync),
        new("operations", Operations.RunAsync),
    ];

    /// <summary>Null when the arguments aren't understood.</summary>
    public static LoadOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions([], Path.Combine("functions", "bin", "Local", "Release", "net10.0", "Chat.Functions.dll"), null);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--server" when value is not null:
                    options = options with { Server = value };
                    i++;
                    break;
                case "--csv" when value is not null:
                    options = options with { CsvFile = value };
                    i++;
                    break;
                case var name when Array.Find(All, scenario => scenario.Name == name) is { } scenario:
                    options = options with { Scenarios = [.. options.Scenarios, scenario] };
                    break;
                default:
                    return null;
            }
        }

        return options.Scenarios.Count > 0 ? options : options with { Scenarios = All };
    }
}

/// <summary>One measurement: starts the backends that it needs and notes what it found.</summary>
internal sealed record Scenario(string Name, Func<string, Report, Task> RunAsync);
