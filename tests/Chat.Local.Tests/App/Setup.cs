using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Local.TestApp;

/// <summary>What a test does to the app before it is built.</summary>
internal static class Setup
{
    private static readonly AsyncLocal<Action<FunctionsApplicationBuilder>?> Flowing = new();

    /// <summary>Flows with the execution context to the app that is started next.</summary>
    public static Action<FunctionsApplicationBuilder> Current
    {
        get => Flowing.Value ?? Alone;
        set => Flowing.Value = value;
    }

    /// <summary>What an app that is a process of its own does: its test reaches it by settings alone.</summary>
    private static void Alone(FunctionsApplicationBuilder app)
    {
        app.ConfigureFunctionsWebApplication();
        if (app.Configuration.GetValue<bool>("FailsToStart"))
        {
            app.Services.AddHostedService<FailsToStart>();
        }
    }
}
