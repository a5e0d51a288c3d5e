using System.Reflection;
using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>What one instance of an app runs as.</summary>
internal sealed record InstanceOptions
{
    /// <summary>The app, which is a process's only one.</summary>
    public required Assembly App { get; init; }

    /// <summary>
    /// Whether the app runs as a process of its own, with its genuine clients: they reach the services by their ports, which have to be
    /// open. It has the system's clock, and services of its own.
    /// </summary>
    public bool AsChild { get; init; }

    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The only functions that are loaded; all when null.</summary>
    public Func<RpcFunctionMetadata, bool>? Wants { get; init; }

    /// <summary>What signs development tokens; a key of the local Azure's when null.</summary>
    public string? SigningKey { get; init; }

    /// <summary>Settings that win over every other source.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>What is worth a line on the console.</summary>
    public LogLevel Console { get; init; } = LogLevel.Warning;

    /// <summary>Who else gets what the app logs, in this process.</summary>
    public ILoggerProvider? Log { get; init; }

    /// <summary>Hears all that the worker tells the host.</summary>
    public Action<StreamingMessage> Heard { get; init; } = _ => { };

    /// <summary>Adds to the app's services, in this process.</summary>
    public Action<IServiceCollection> Services { get; init; } = _ => { };
}
