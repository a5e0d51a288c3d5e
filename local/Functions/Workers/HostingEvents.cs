using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// Hears of every host that is built in this process, before and after, and tells the worker that is starting on that thread.
/// </summary>
internal sealed class HostingEvents : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<InProcessWorker?> Flowing = new();
    private static readonly IDisposable Subscription = DiagnosticListener.AllListeners.Subscribe(new HostingEvents());

    /// <summary>From here on the thread's host is that worker's.</summary>
    public static void StartOf(InProcessWorker worker)
    {
        GC.KeepAlive(Subscription);
        Flowing.Value = worker;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
        {
            value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        switch (value)
        {
            case { Key: "HostBuilding", Value: IHostBuilder builder }:
                Flowing.Value?.Configure(builder);
                break;
            case { Key: "HostBuilt", Value: IHost host }:
                Flowing.Value?.Take(host);
                break;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
