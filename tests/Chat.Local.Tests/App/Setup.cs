using Microsoft.Azure.Functions.Worker.Builder;

namespace Chat.Local.TestApp;

/// <summary>What a test does to the app before it is built.</summary>
internal static class Setup
{
    private static readonly AsyncLocal<Action<FunctionsApplicationBuilder>?> Flowing = new();

    /// <summary>Flows with the execution context to the app that is started next.</summary>
    public static Action<FunctionsApplicationBuilder> Current
    {
        get => Flowing.Value ?? (app => app.ConfigureFunctionsWebApplication());
        set => Flowing.Value = value;
    }
}
