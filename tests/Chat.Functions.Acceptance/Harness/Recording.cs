using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>What the app tells of itself, in spans and measurements, for as long as this listens.</summary>
/// <remarks>It hears every instance in the process, so its stories run alone: see <see cref="Alone"/>.</remarks>
internal sealed class Recording : IDisposable
{
    /// <summary>The collection of stories that nothing else may run beside.</summary>
    public const string Alone = "Alone";

    private readonly ConcurrentQueue<string> _begun = [];
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ConcurrentQueue<Measurement> _measurements = [];
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters;

    public Recording()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Chat.Functions",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = span => _begun.Enqueue(span.OperationName),
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_activities);
        _meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Chat.Functions")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _meters.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => _measurements.Enqueue(new Measurement(instrument.Name, value, [.. tags])));
        _meters.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => _measurements.Enqueue(new Measurement(instrument.Name, value, [.. tags])));
        _meters.Start();
    }

    /// <summary>The spans that ended so far.</summary>
    public List<Activity> Spans(string? name = null) => [.. _spans.Where(span => name is null || span.OperationName == name)];

    public int CountBegun(string name) => _begun.Count(begun => begun == name);

    /// <summary>What an instrument measured so far.</summary>
    public List<Measurement> Of(string instrument) => [.. _measurements.Where(measurement => measurement.Instrument == instrument)];

    public double Sum(string instrument) => Of(instrument).Sum(measurement => measurement.Value);

    /// <summary>Waits for the one span of a name whose parent is another.</summary>
    public async Task<Activity> ChildAsync(Activity parent, string name) =>
        Assert.Single(await Eventually.HoldsAsync(
            () => Spans(name).Where(span => span.TraceId == parent.TraceId && span.ParentSpanId == parent.SpanId).ToList(),
            found => found.Count > 0,
            $"a span '{name}' below '{parent.OperationName}'"));

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }
}

/// <summary>A value that an instrument measured.</summary>
internal sealed record Measurement(string Instrument, double Value, IReadOnlyList<KeyValuePair<string, object?>> Tags)
{
    public string? Tag(string name) => Tags.FirstOrDefault(tag => tag.Key == name).Value as string;
}

/// <summary>Stories that hear everything in the process.</summary>
[CollectionDefinition(Recording.Alone, DisableParallelization = true)]
public sealed class Alone;
