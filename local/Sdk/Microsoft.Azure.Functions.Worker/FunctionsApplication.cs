using Chat.Local.Functions;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an app starts: <c>FunctionsApplication.CreateBuilder(args)</c>.</summary>
public class FunctionsApplication
{
    /// <param name="args">The local host's options.</param>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => HostRefusal.Guard(() => new FunctionsApplicationBuilder(args));
}
