using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>How a test runs the app's own entry point in its process: set <see cref="Current"/>, then call <c>Main</c>.</summary>
/// <remarks>Flows with the execution context, so that several hosts can start side by side.</remarks>
internal sealed class HostHook
{
    private static readonly AsyncLocal<HostHook?> Flowing = new();

    public static HostHook? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>The services to run against, which the test owns; the host makes and owns its own when null.</summary>
    public LocalAzure? Azure { get; init; }

    /// <summary>Where functions are looked for, in place of the entry assembly.</summary>
    public required Assembly App { get; init; }

    /// <summary>The only classes of <see cref="App"/> that functions are looked for in; all when null.</summary>
    public IReadOnlyList<Type>? Classes { get; init; }

    /// <summary>Settings that win over every other source.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Who else gets what is logged.</summary>
    public ILoggerProvider? Log { get; init; }

    /// <summary>The host, once built.</summary>
    public TaskCompletionSource<IHost> Built { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
