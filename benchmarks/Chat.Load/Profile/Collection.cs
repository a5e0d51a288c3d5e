using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace Chat.Load.Profile;

/// <summary>A garbage collection of all generations in a .NET process, so that its memory is what it needs.</summary>
internal static class Collection
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(3);

    public static async Task ForceAsync(int process)
    {
        // The runtime collects when somebody begins to listen for this.
        EventPipeProvider[] providers = [new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GCHeapCollect)];
        using var session = await new DiagnosticsClient(process).StartEventPipeSessionAsync(providers, requestRundown: false, circularBufferMB: 1, CancellationToken.None);
        var reading = session.EventStream.CopyToAsync(Stream.Null);
        await Task.Delay(Enough, TimeProvider.System);
        await session.StopAsync(CancellationToken.None);
        await reading;
    }
}
