using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace Chat.Load.Profile;

/// <summary>For how long a .NET process let none of its threads go on, in ms, each time: collections, mostly.</summary>
internal static class CollectionPauses
{
    public static async Task<IReadOnlyList<double>> WhileAsync(int process, Func<Task> work)
    {
        EventPipeProvider[] providers = [new(
            "Microsoft-Windows-DotNETRuntime", EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GC)];
        using var session = await new DiagnosticsClient(process)
            .StartEventPipeSessionAsync(providers, requestRundown: false, circularBufferMB: 16, CancellationToken.None);
        var reading = Task.Run(() => Read(session.EventStream));
        await work();
        await session.StopAsync(CancellationToken.None);
        return await reading;
    }

    private static List<double> Read(Stream events)
    {
        var (pauses, began) = (new List<double>(), double.NaN);
        using var source = new EventPipeEventSource(events);
        source.Clr.GCSuspendEEStart += suspended => began = suspended.TimeStampRelativeMSec;
        source.Clr.GCRestartEEStop += restarted =>
        {
            if (!double.IsNaN(began))
            {
                pauses.Add(restarted.TimeStampRelativeMSec - began);
                began = double.NaN;
            }
        };
        source.Process();
        return pauses;
    }
}
