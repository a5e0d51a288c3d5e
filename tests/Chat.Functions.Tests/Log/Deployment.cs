using Chat.Local;

namespace Chat.Functions.Tests.Log;

/// <summary>A local Azure and the processes of the app that share it.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly List<AppProcess> _processes = [];
    private readonly TimeProvider _time;

    private Deployment(LocalAzure azure, TimeProvider time) => (Azure, _time) = (azure, time);

    public LocalAzure Azure { get; }

    /// <param name="time">What the processes go by; the local Azure always goes by the system's clock.</param>
    public static async Task<Deployment> StartAsync(TimeProvider? time = null, int seed = 1) =>
        new(await LocalAzure.StartAsync(directory: null, faults: new Faults(seed)), time ?? new PatientClock());

    /// <summary>A process that knows nothing yet: another instance, or the same after a restart.</summary>
    public AppProcess StartProcess()
    {
        var process = new AppProcess(Azure, _time);
        _processes.Add(process);
        return process;
    }

    /// <summary>Breaks some operations of Cosmos DB; disposing the answer ends that.</summary>
    public IDisposable Break(string operation, FaultKind kind, int times = int.MaxValue, double probability = 1) =>
        Azure.Faults.Add(new Fault("cosmos", operation, kind) { Times = times, Probability = probability });

    /// <summary>How many commits were tried since the start.</summary>
    public long CountBatches() =>
        Azure.Meter.Read().SingleOrDefault(reading => reading is { Service: "cosmos", Operation: "batch" })?.Requests ?? 0;

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        await Azure.DisposeAsync();
    }
}
