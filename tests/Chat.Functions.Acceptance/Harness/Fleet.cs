using Chat.Local;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Several instances of the app on one local Azure, any of which can be killed and replaced while people use them.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    // Of all that goes wrong only calls that fail unexpectedly are worth a line.
    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "None",
        ["Logging:LogLevel:Chat.Functions.Shared"] = "Error",
    };

    private readonly Lock _lock = new();
    private readonly List<ChatApp> _instances = [];

    private Fleet(LocalAzure azure) => Azure = azure;

    public LocalAzure Azure { get; }

    /// <summary>One of the instances that run.</summary>
    public ChatApp Any(Random random)
    {
        lock (_lock)
        {
            return _instances[random.Next(_instances.Count)];
        }
    }

    /// <summary>A person whose every call goes through any of the instances.</summary>
    public Person As(string name, Random random) => Any(random).As(name);

    public static async Task<Fleet> StartAsync(int instances, Faults faults, TimeProvider time)
    {
        var fleet = new Fleet(await LocalAzure.StartAsync(directory: null, time: time, faults: faults));
        for (var n = 0; n < instances; n++)
        {
            await fleet.AddAsync();
        }

        return fleet;
    }

    /// <summary>Starts another instance, and kills one as <c>kill -9</c> does.</summary>
    public async Task ReplaceOneAsync(Random random)
    {
        var victim = Any(random);
        await AddAsync();
        lock (_lock)
        {
            _instances.Remove(victim);
        }

        await victim.KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Azure.DisposeAsync();
    }

    private async Task AddAsync()
    {
        var instance = await ChatApp.StartAsync(Azure, Settings);
        lock (_lock)
        {
            _instances.Add(instance);
        }
    }
}
