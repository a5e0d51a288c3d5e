using Microsoft.Extensions.Hosting;

namespace Chat.Local.TestApp;

/// <summary>Ends an app's start as a service does that isn't set up right.</summary>
internal sealed class FailsToStart : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This app doesn't start, as the test wants it.");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
