using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Chat.Load.Profile;

/// <summary>Where a process allocates: the runtime tells the stack about once in 100 KB.</summary>
internal static class AllocationSampling
{
    private static readonly EventPipeProvider[] Providers =
    [
        new(
            "Microsoft-Windows-DotNETRuntime",
            EventLevel.Verbose,
            (long)(ClrTraceEventParser.Keywords.GC | ClrTraceEventParser.Keywords.Jit | ClrTraceEventParser.Keywords.Loader)),
    ];

    public static async Task<IReadOnlyList<StackSample>> TakeAsync(int process, TimeSpan duration)
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var session = await new DiagnosticsClient(process)
                .StartEventPipeSessionAsync(Providers, requestRundown: true, circularBufferMB: 256, CancellationToken.None))
            {
                await using var trace = File.Create(file);
                var copying = session.EventStream.CopyToAsync(trace);
                await Task.Delay(duration, TimeProvider.System);
                await session.StopAsync(CancellationToken.None);
                await copying;
            }

            return Read(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static List<StackSample> Read(string file)
    {
        var index = TraceLog.CreateFromEventPipeDataFile(file);
        try
        {
            using var log = new TraceLog(index);
            return
            [
                .. log.Events.ByEventType<GCAllocationTickTraceData>().Select(
                    tick => new StackSample("", [.. Frames(tick.CallStack())], tick.AllocationAmount64) { Type = tick.TypeName }),
            ];
        }
        finally
        {
            File.Delete(index);
        }
    }

    private static IEnumerable<Frame> Frames(TraceCallStack? stack)
    {
        for (; stack is not null; stack = stack.Caller)
        {
            yield return Frame.Of(stack.CodeAddress.FullMethodName, stack.CodeAddress.ModuleName);
        }
    }
}
