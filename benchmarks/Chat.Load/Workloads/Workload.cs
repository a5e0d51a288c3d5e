using Chat.Load.Servers;

namespace Chat.Load.Workloads;

/// <summary>What people do on a server.</summary>
/// <param name="Deliveries">How many devices a turn's message has to reach; 1 where a turn is a request.</param>
/// <param name="Each">What is counted, such as <c>delivery</c>.</param>
internal sealed record Workload(string Name, int Deliveries, string Each, Func<IServer, Task<Crowd>> GatherAsync)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("pairs", 1, "message", server => Talk.GatherAsync(server, conversations: 100, people: 2)),
        new("groups", 20, "delivery", server => Talk.GatherAsync(server, conversations: 10, people: 20)),
        new("crowd", 256, "delivery", server => Talk.GatherAsync(server, conversations: 1, people: 256)),
        new("newest", 1, "request", server => Reading.GatherAsync(server, history: 10_000, connections: 10, deep: false)),
        new("deep", 1, "request", server => Reading.GatherAsync(server, history: 10_000, connections: 10, deep: true)),
        new("usual", 1, "message", server => Talk.GatherAsync(server, conversations: 1_000, people: 2)) { Every = Usual },
        new("quiet", 1, "message", server => Talk.GatherAsync(server, conversations: 250, people: 2)) { Every = Usual },
    ];

    /// <summary>How often everybody takes a turn, in open loop; null where the next begins when the last has ended.</summary>
    public TimeSpan? Every { get; private init; }

    /// <summary>What a turn is.</summary>
    public string Turn => Deliveries > 1 ? "message" : Each;
}

/// <summary>People on a server who are ready, and what each of them who does anything does next.</summary>
/// <param name="Turns">A turn ends when its message is answered and has reached everybody, and tells the ms until the last had it.</param>
internal sealed record Crowd(IReadOnlyList<IPerson> People, IReadOnlyList<Func<Task<double>>> Turns) : IAsyncDisposable
{
    public static Crowd Of(IEnumerable<Crowd> crowds)
    {
        var all = crowds.ToList();
        return new Crowd([.. all.SelectMany(crowd => crowd.People)], [.. all.SelectMany(crowd => crowd.Turns)]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in People)
        {
            await person.DisposeAsync();
        }
    }
}
