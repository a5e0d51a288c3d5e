using Chat.Local.Functions;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Chat.Local.Tests.Functions;

/// <summary>A host on a free port with only the functions of the given classes, over a local Azure of its own or one that it is given.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private TestHost(FunctionsHost host)
    {
        Host = host;
        Client = new HttpClient { BaseAddress = host.Address };
    }

    public FunctionsHost Host { get; }

    public HttpClient Client { get; }

    public static FunctionsHost Build(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, LocalAzure? azure = null, Dictionary<string, string?>? settings = null)
    {
        HostHook.Current = new HostHook { App = typeof(TestHost).Assembly, Classes = classes, Azure = azure, Settings = settings ?? [] };
        try
        {
            var builder = FunctionsApplication.CreateBuilder(["--in-memory", "--urls", "http://127.0.0.1:0", "--cosmos-port", "0", "--signalr-port", "0"]);
            (configure ?? (app => app.ConfigureFunctionsWebApplication()))(builder);
            return (FunctionsHost)builder.Build();
        }
        finally
        {
            HostHook.Current = null;
        }
    }

    public static async Task<TestHost> StartAsync(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, LocalAzure? azure = null, Dictionary<string, string?>? settings = null)
    {
        var host = Build(classes, configure, azure, settings);
        await host.StartAsync();
        return new TestHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync();
        await Host.DisposeAsync();
    }
}
