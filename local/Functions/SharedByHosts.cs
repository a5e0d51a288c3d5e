using System.Runtime.CompilerServices;

namespace Chat.Local.Functions;

/// <summary>
/// What the hosts on one local Azure agree on. They are all in this process, so that a lock does what a conditional write to the lease
/// container, or a blob lease, does in Azure.
/// </summary>
internal sealed class SharedByHosts
{
    private static readonly ConditionalWeakTable<LocalAzure, SharedByHosts> All = [];
    private readonly Dictionary<string, DateTimeOffset> _timerRuns = new(StringComparer.Ordinal);

    /// <summary>
    /// Tells this process's hosts from those of earlier ones, which are dead: a data directory has one process at a time.
    /// </summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>Held while a lease is read and written.</summary>
    public SemaphoreSlim LeaseLock { get; } = new(1);

    /// <summary>Signs development tokens, so that each host takes the others', where no directory keeps a key.</summary>
    public string SigningKey { get; } = Functions.SigningKey.Create();

    public static SharedByHosts Of(LocalAzure azure) => All.GetOrCreateValue(azure);

    /// <summary>Whether the caller is the one host that runs a timer's function for this occurrence.</summary>
    public bool TakeTimerRun(string function, DateTimeOffset occurrence)
    {
        lock (_timerRuns)
        {
            if (_timerRuns.GetValueOrDefault(function) >= occurrence)
            {
                return false;
            }

            _timerRuns[function] = occurrence;
            return true;
        }
    }
}
