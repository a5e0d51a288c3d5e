using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.Functions;

/// <summary>What the command line says about the host. Order doesn't matter and the last of a kind wins.</summary>
internal sealed record CommandLine
{
    private const string Usage = """
        Options:
          --help               this list
          --urls URL           where to listen (http://localhost:7071)
          --data DIR           where to keep data (.local in the current directory)
          --in-memory          keep nothing
          --reset              start without the data of earlier runs
          --cosmos-port N      where tools reach Cosmos DB (8081); 0 turns it off
          --servicebus-port N  where tools reach Service Bus (5672); 0 turns it off
          --signalr-port N     where clients reach SignalR Service (8888); 0 turns it off
          --blob-port N        where clients reach Blob Storage (10010); 0 turns it off
          --child              run the app as a process of its own, which reaches the services by their ports
          --services-only      serve the ports and run no app
        """;

    public string Url { get; private init; } = "http://localhost:7071";

    public string DataDirectory { get; private init; } = ".local";

    public bool InMemory { get; private init; }

    public bool Reset { get; private init; }

    public int CosmosPort { get; private init; } = 8081;

    public int ServiceBusPort { get; private init; } = 5672;

    public int SignalRPort { get; private init; } = 8888;

    public int BlobPort { get; private init; } = 10010;

    public bool Child { get; private init; }

    public bool ServicesOnly { get; private init; }

    /// <exception cref="HostRefusedException">An unknown option, or a value that is missing or makes no sense.</exception>
    public static CommandLine Parse(IEnumerable<string> args)
    {
        var options = new CommandLine();
        using var rest = args.GetEnumerator();
        while (rest.MoveNext())
        {
            var name = rest.Current;
            options = name switch
            {
                "--urls" => options with { Url = ParseUrl(Value(name, rest)) },
                "--data" => options with { DataDirectory = Value(name, rest) },
                "--in-memory" => options with { InMemory = true },
                "--reset" => options with { Reset = true },
                "--help" or "-h" => throw new HostRefusedException(Usage, exitCode: 0),
                "--cosmos-port" => options with { CosmosPort = ParsePort(name, Value(name, rest)) },
                "--servicebus-port" => options with { ServiceBusPort = ParsePort(name, Value(name, rest)) },
                "--signalr-port" => options with { SignalRPort = ParsePort(name, Value(name, rest)) },
                "--blob-port" => options with { BlobPort = ParsePort(name, Value(name, rest)) },
                "--child" => options with { Child = true },
                "--services-only" => options with { ServicesOnly = true },
                _ => throw Refuse($"There is no option {name}."),
            };
        }

        options.RefuseContradictions();
        return options;
    }

    private void RefuseContradictions()
    {
        int[] ports = [CosmosPort, ServiceBusPort, SignalRPort];
        if (Child && ServicesOnly)
        {
            throw Refuse("--child runs the app and --services-only doesn't: choose one.");
        }

        if (Child && ports.Contains(0))
        {
            throw Refuse("--child needs --cosmos-port, --servicebus-port and --signalr-port: none of them can be 0.");
        }

        if (ServicesOnly && BlobPort == 0 && ports.All(port => port == 0))
        {
            throw Refuse("--services-only has nothing to serve when every port is 0.");
        }
    }

    private static string Value(string name, IEnumerator<string> rest) =>
        rest.MoveNext() && rest.Current.Length > 0 && !rest.Current.StartsWith("--", StringComparison.Ordinal)
            ? rest.Current
            : throw Refuse($"{name} needs a value.");

    private static string ParseUrl(string value)
    {
        try
        {
            return BindingAddress.Parse(value) is { Scheme: "http", PathBase: "" }
                ? value
                : throw Refuse($"--urls can't be {value}: it takes http and no path.");
        }
        catch (FormatException)
        {
            throw Refuse($"--urls can't be {value}: it takes a URL such as http://localhost:7071.");
        }
    }

    private static int ParsePort(string name, string value) =>
        ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw Refuse($"{name} can't be {value}: it takes a port from 1 to 65535, or 0.");

    private static HostRefusedException Refuse(string why) => new($"{why}{Environment.NewLine}{Usage}", HostRefusedException.BadArguments);
}
