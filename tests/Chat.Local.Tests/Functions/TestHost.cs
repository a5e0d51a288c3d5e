using Chat.Local.Functions;
using Chat.Local.Functions.Protocol;
using Chat.Local.TestApp;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Chat.Local.Tests.Functions;

/// <summary>
/// A host on a free port with only the functions of the given classes, over a local Azure of its own or one that it is given.
/// </summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly LocalAzure? _owned;

    private TestHost(FunctionsHost host, LocalAzure? owned)
    {
        Host = host;
        _owned = owned;
        Client = new HttpClient { BaseAddress = host.Address };
    }

    public FunctionsHost Host { get; }

    public HttpClient Client { get; }

    public static async Task<TestHost> StartAsync(
        Type[] classes,
        Action<FunctionsApplicationBuilder>? configure = null,
        LocalAzure? azure = null,
        Dictionary<string, string?>? settings = null,
        bool asChild = false,
        Action<StreamingMessage>? heard = null)
    {
        var owned = azure is null ? await LocalAzure.StartAsync(null) : null;
        var options = new InstanceOptions
        {
            App = typeof(Work).Assembly,
            AsChild = asChild,
            Wants = function => classes.Any(type => function.EntryPoint.StartsWith($"{type.FullName}.", StringComparison.Ordinal)),
            Settings = settings ?? [],
            Heard = heard ?? (_ => { }),
        };
        if (configure is not null)
        {
            Setup.Current = configure;
        }

        try
        {
            return new TestHost(await FunctionsHost.StartAsync(azure ?? owned!, options), owned);
        }
        catch when (owned is not null)
        {
            await owned.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }
}
