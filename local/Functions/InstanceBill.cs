using System.Collections.Concurrent;

namespace Chat.Local.Functions;

/// <summary>
/// The instance time that Flex Consumption bills: the memory of a scale group's instance for as long as anything runs on it, and at least a
/// second from each begin. Concurrent runs share it, no time is billed twice, and here a group never needs a second instance.
/// </summary>
internal sealed class InstanceBill(Meter meter, TimeProvider time)
{
    /// <summary>Azure's default size, 2,048 MB.</summary>
    private const double Gigabytes = 2;

    private readonly long _least = time.TimestampFrequency;
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);

    public void Begin(string scaleGroup, long now)
    {
        var instance = _instances.GetOrAdd(scaleGroup, static name => new Instance($"active:{name}"));
        lock (instance)
        {
            if (instance.Running++ == 0)
            {
                instance.Start = now;
                instance.BilledTo = Math.Max(instance.BilledTo, now);
            }
        }
    }

    public void End(string scaleGroup, long now)
    {
        var instance = _instances[scaleGroup];
        TimeSpan more;
        lock (instance)
        {
            // A busy instance is billed as it goes, so that the last minute shows it.
            var to = --instance.Running == 0 ? Math.Max(now, instance.Start + _least) : now;
            to = Math.Max(to, instance.BilledTo);
            more = time.GetElapsedTime(instance.BilledTo, to);
            instance.BilledTo = to;
        }

        meter.Add("functions", instance.Operation, more.TotalSeconds * Gigabytes);
    }

    private sealed class Instance(string operation)
    {
        public string Operation { get; } = operation;

        public int Running { get; set; }

        public long Start { get; set; }

        public long BilledTo { get; set; }
    }
}
